/*
 * tests/faults/proxy.h - a way to the cluster's server by TCP, which can be
 * cut, or left open with nothing coming through.
 */
#ifndef PGRUNBOOK_TESTS_FAULTS_PROXY_H
#define PGRUNBOOK_TESTS_FAULTS_PROXY_H

struct proxy;

/* Freed: all of it is gone. */
struct proxy *proxy_start(const void *owner);
/* "postgresql://postgres@127.0.0.1:PORT/NAME". */
char *proxy_url(const void *owner, const struct proxy *p, const char *dbname);
/* Half open: what is connected stays so, and nothing comes through. */
void proxy_freeze(struct proxy *p);
/* The same of what is connected so far; new connections come through. */
void proxy_freeze_connections(struct proxy *p);
/* Connections end as by a cable that is cut; the port stays ours. */
void proxy_cut(struct proxy *p);
/* New ones come through again. */
void proxy_mend(struct proxy *p);

#endif

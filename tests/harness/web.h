/*
 * tests/harness/web.h - a web server of the test program's own, on loopback.
 *
 * GET /health and /api/health give {"status": "ok", "n": 5}, /hang never
 * answers, and all else is 404.  It goes with the program.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_WEB_H
#define PGRUNBOOK_TESTS_HARNESS_WEB_H

/* A setup of a group of tests; state is not touched. */
int web_start(void **state);
/* The same, and a cluster's (harness/cluster.h). */
int web_and_cluster_start(void **state);
int web_port(void);

#endif

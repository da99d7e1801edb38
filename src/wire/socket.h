/*
 * wire/socket.h - the Unix socket of a run's folder, whatever its path's
 * length.  For the files of this room alone.
 */
#ifndef PGRUNBOOK_WIRE_SOCKET_H
#define PGRUNBOOK_WIRE_SOCKET_H

#include "base/error.h"

/* Both give a non-blocking descriptor, or -1.  ERR_NOT_FOUND: nobody listens. */
int wire_socket_listen(const char *folder, struct error *err) WARN_UNUSED;
int wire_socket_connect(const char *folder, struct error *err) WARN_UNUSED;

#endif

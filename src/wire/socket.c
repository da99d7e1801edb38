/*
 * wire/socket.c - binding and connecting the socket of a run.
 *
 * A socket's path has room for about a hundred bytes; a run's folder may be
 * deeper.  So the folder is opened, and the path goes over its descriptor.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire/socket.h"

struct place {
	int			folder;
	int			fd;
	struct sockaddr_un	address;
};

static int
place_open(struct place *p, const char *folder, struct error *err)
{
	memset(p, 0, sizeof(*p));
	p->fd = -1;
	/* O_PATH: a guest may go through the folder, and not read it. */
	p->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p->folder < 0) {
		error_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
		    "could not open folder \"%s\"", folder);
		return -1;
	}
	p->address.sun_family = AF_UNIX;
	snprintf(p->address.sun_path, sizeof(p->address.sun_path),
	    "/proc/self/fd/%d/socket", p->folder);
	p->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd < 0) {
		error_errno(err, ERR_IO, "could not make a socket");
		close(p->folder);
		return -1;
	}
	return 0;
}

/* What came of it: the socket's descriptor, or -1. */
static int
place_close(struct place *p, int rc)
{
	close(p->folder);
	if (rc == 0)
		return p->fd;
	close(p->fd);
	return -1;
}

int
wire_socket_listen(const char *folder, struct error *err)
{
	struct place p;
	mode_t mask;
	int rc;

	if (place_open(&p, folder, err) != 0)
		return -1;
	if (unlinkat(p.folder, "socket", 0) != 0 && errno != ENOENT)
		return place_close(&p, error_errno(err, ERR_IO,
		    "could not remove the old socket in \"%s\"", folder));
	/* Nobody else may connect, not even between bind() and chmod(). */
	mask = umask(0177);
	rc = bind(p.fd, (struct sockaddr *)&p.address, sizeof(p.address));
	umask(mask);
	if (rc == 0)
		rc = listen(p.fd, 64);
	if (rc != 0)
		rc = error_errno(err, ERR_IO,
		    "could not listen at the socket in \"%s\"", folder);
	return place_close(&p, rc);
}

int
wire_socket_connect(const char *folder, struct error *err)
{
	struct place p;
	int rc;

	if (place_open(&p, folder, err) != 0)
		return -1;
	rc = connect(p.fd, (struct sockaddr *)&p.address, sizeof(p.address));
	if (rc != 0 && (errno == ENOENT || errno == ECONNREFUSED))
		rc = error_set(err, ERR_NOT_FOUND,
		    "no engine lives on run \"%s\"", folder);
	else if (rc != 0 && errno == EAGAIN)
		rc = error_set(err, ERR_BUSY,
		    "the engine of run \"%s\" does not answer", folder);
	else if (rc != 0)
		rc = error_errno(err, ERR_IO,
		    "could not connect to the engine of run \"%s\"", folder);
	return place_close(&p, rc);
}

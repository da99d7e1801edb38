/*
 * base/child.h - child processes in a process group of their own.
 *
 * A child's output is handed over as it comes, in bounded pieces; a reader
 * that cannot keep up slows the child down, memory does not grow.  Stopping
 * a child means its whole group: SIGTERM, and after a grace period SIGKILL.
 * "Stopped" is told only when it was observed.  Nothing is passed on but
 * the descriptors 0, 1 and 2.
 */
#ifndef PGRUNBOOK_BASE_CHILD_H
#define PGRUNBOOK_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"

struct child;

struct child_spec {
	const char *const *argv;	/* [0] is looked up in PATH; ends with a null */
	const char *const *env;		/* "NAME=value"; null: this process's own */
	const char	*cwd;		/* null: this process's own */
	const char	*input;		/* bytes for stdin; null: /dev/null */
	size_t		 input_size;
	/* Called in the loop; fd is 1 or 2.  Null: the output is dropped. */
	void		(*on_output)(void *arg, int fd, const char *bytes,
			    size_t size_bytes);
	void		*arg;
	int64_t		 grace_ms;	/* between SIGTERM and SIGKILL; 0: 5 s */
};

/* Start it.  Freeing a child that runs kills its group at once. */
struct child *child_start(const void *owner, struct loop *l,
    const struct child_spec *spec, struct error *err);

int child_pid(const struct child *c);
/* It has ended, and its output is read to the end. */
bool child_ended(const struct child *c);
int child_exit_status(const struct child *c);	/* 0..255, or -1: by a signal */
int child_signal(const struct child *c);	/* 0 where it exited */

/* Ask the group to stop; the end still comes by child_ended(). */
void child_stop(struct child *c);

/*
 * Turn the loop until the child has ended.  Where *cancel becomes true it is
 * stopped first (null: never); past timeout_ms (-1: none) likewise.
 * 0: ended by itself.  -1: ERR_CANCELLED or ERR_TIMEOUT, and it has ended.
 */
int child_wait(struct child *c, const bool *cancel, int64_t timeout_ms,
    struct error *err) WARN_UNUSED;

/*
 * Start, wait, and collect: standard output in *out, standard error in
 * *err_text (either may be null), each at most 1 MiB (more is an error).
 * An exit status other than 0 is ERR_CHILD with the last line of stderr.
 */
int child_capture(const void *owner, struct loop *l,
    const struct child_spec *spec, char **out, char **err_text,
    struct error *err) WARN_UNUSED;

#endif

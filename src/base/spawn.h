/*
 * base/spawn.h - a program started so that the guard knows of it first.
 *
 * Between the start of a program and the word to the guard (base/guard.h) our
 * end must not fall: so the new process itself leaves that word, and only then
 * becomes the program.  Killed anywhere we leave nothing that runs unknown.
 */
#ifndef PGRUNBOOK_BASE_SPAWN_H
#define PGRUNBOOK_BASE_SPAWN_H

#include <sys/types.h>

struct spawn {
	char *const	*argv;		/* [0] is looked up in PATH */
	char *const	*env;
	const char	*cwd;		/* null: this process's own */
	int		 fds[3];	/* stdin, stdout, stderr; above 2 */
};

/*
 * Start it as the leader of a session, with all signals as at first and no
 * descriptor but the three.  Returns when it has become the program: 0 and
 * *pid, or errno's value of what failed (nothing is left then).
 */
int spawn_program(const struct spawn *s, pid_t *pid);

#endif

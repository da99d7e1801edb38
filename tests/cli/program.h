/*
 * tests/cli/program.h - the program, called as a person calls it.
 */
#ifndef PGRUNBOOK_TESTS_CLI_PROGRAM_H
#define PGRUNBOOK_TESTS_CLI_PROGRAM_H

struct told {
	char	*out, *errors;	/* standard output and standard error */
	int	 status;	/* exit status; -1: by a signal */
};

/*
 * Run build/pgrunbook with these arguments (ends with a null) in cwd (null:
 * this process's own).  It ends within three minutes or the test fails.
 */
struct told program_in(const void *owner, const char *cwd, ...)
    __attribute__((sentinel));
/* The block behind '.\" example: NAME' of a page in man/, unescaped. */
char *manual_example(const void *owner, const char *page, const char *name);
/* Any other command, by argv. */
struct told program_run(const void *owner, const char *cwd,
    const char *const *argv);

#endif

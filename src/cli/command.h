/*
 * cli/command.h - the commands of the program: one row of commands.def and
 * one function each.
 *
 * A command gets its parsed options and arguments and returns the program's
 * exit code.  What it allocates belongs to the call, which the dispatcher
 * frees.
 */
#ifndef PGRUNBOOK_CLI_COMMAND_H
#define PGRUNBOOK_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Exit codes; those of errors come from error_exit_code(). */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_LINT = 3,
	EXIT_WAITING = 4,
	EXIT_VERIFY = 5,
	EXIT_DRIFT = 6,
	EXIT_TARGET = 7
};

struct options {
#define FLAG(field, name, doc)			bool field;
#define TEXT(field, name, argument, doc)	const char *field;
#define TEXTS(field, name, argument, doc)	const char **field; /* null-terminated; null */
#include "cli/options.def"
#undef FLAG
#undef TEXT
#undef TEXTS
};

struct call {
	const struct subcommand *command;
	struct options	 options;
	const char	**args;		/* null-terminated */
	size_t		 arg_count;
};

enum completes { COMPLETES_NOTHING, COMPLETES_FILES, COMPLETES_RUNS, COMPLETES_COMMANDS };

struct subcommand {
	const char	*name, *arguments;
	int		 least, most;
	enum completes	 completes;
	const char	*options;
	const char	*doc;
	int		(*run)(struct call *c);
};

#define COMMAND(function, name, arguments, least, most, completes, options, doc) \
	int cli_##function(struct call *c);
#include "cli/commands.def"
#undef COMMAND

/* All of them; the last has a null name. */
extern const struct subcommand commands[];
const struct subcommand *command_find(const char *name);

/* Print the error; its exit code. */
int command_fail(const struct error *err);
/* A usage error of this command, with where help is: exit code 2. */
int command_usage(const struct call *c, const char *fmt, ...) PRINTF(2, 3);

#endif

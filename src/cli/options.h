/*
 * cli/options.h - from argv to a call, by the rows of options.def.
 */
#ifndef PGRUNBOOK_CLI_OPTIONS_H
#define PGRUNBOOK_CLI_OPTIONS_H

#include <stdbool.h>

#include "cli/command.h"

enum option_type { OPTION_FLAG, OPTION_TEXT, OPTION_TEXTS };

struct option_row {
	const char	*field, *name, *argument, *doc;
	enum option_type type;
	size_t		 offset;	/* in struct options */
};

/* All of them; the last has a null name. */
extern const struct option_row option_rows[];

/* Does this command take this option? */
bool option_applies(const struct subcommand *c, const struct option_row *o);

/*
 * Parse argv (argv[0] is the command's name) into a new call.  Null with
 * *err: ERR_USAGE.  *help becomes true where --help is among the options.
 */
struct call *call_parse(const void *owner, const struct subcommand *command,
    int argc, char **argv, bool *help, struct error *err);

#endif

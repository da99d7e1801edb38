/* cli/help.c - help, and the words for the shell's completion. */

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "cli/help.h"
#include "cli/options.h"

/* What stands in front of a command's options: "--target NAME=URL". */
static void
print_option(const struct option_row *o)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", o->name,
	    o->argument != NULL ? " " : "", o->argument != NULL ? o->argument : "");
	printf("  %-22s %s\n", left, o->doc);
}

void
help_command(const struct subcommand *c)
{
	printf("usage: pgrunbook %s%s%s%s\n\n%s\n", c->name,
	    c->options[0] != '\0' ? " [OPTION]..." : "",
	    c->arguments[0] != '\0' ? " " : "", c->arguments, c->doc);
	if (c->options[0] != '\0')
		printf("\n");
	for (const struct option_row *o = option_rows; o->name != NULL; o++)
		if (option_applies(c, o))
			print_option(o);
}

void
help_all(void)
{
	printf("usage: pgrunbook [COMMAND] [OPTION]... [ARGUMENT]...\n\n"
	    "Walks people through Postgres maintenance windows, step by step.\n"
	    "Without a command: the runbooks found here, and the runs that wait.\n\n");
	for (const struct subcommand *c = commands; c->name != NULL; c++) {
		char left[64];

		if (c->doc[0] == '\0')
			continue;
		snprintf(left, sizeof(left), "%s %s", c->name, c->arguments);
		printf("  %-24s %s\n", left, c->doc);
	}
	printf("\n\"pgrunbook help COMMAND\" lists a command's options; "
	    "\"man pgrunbook\" has all of it.\n");
}

int
cli_help(struct call *c)
{
	const struct subcommand *of;

	if (c->arg_count == 0) {
		help_all();
		return EXIT_DONE;
	}
	of = command_find(c->args[0]);
	if (of == NULL)
		return command_usage(c, "there is no command \"%s\"", c->args[0]);
	help_command(of);
	return EXIT_DONE;
}

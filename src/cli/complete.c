/* cli/complete.c - "pgrunbook complete": words for the shell, from the tables. */

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/options.h"
#include "run/folder.h"

#define ASK_FOR_FILES	"@files"

static void
offer(const char *word, const char *begun)
{
	if (str_starts(word, begun))
		printf("%s\n", word);
}

static void
offer_commands(const char *begun)
{
	for (const struct subcommand *c = commands; c->name != NULL; c++)
		if (c->doc[0] != '\0')
			offer(c->name, begun);
}

static void
offer_options(const struct subcommand *of, const char *begun)
{
	for (const struct option_row *o = option_rows; o->name != NULL; o++) {
		char *word = mem_printf(NULL, "--%s", o->name);

		if (option_applies(of, o))
			offer(word, begun);
		talloc_free(word);
	}
	offer("--help", begun);
}

static void
offer_runs(struct call *c, const char *begun)
{
	struct error err;
	char **ids;

	if (run_list(c, runs_folder(c, NULL), &ids, &err) != 0)
		return;
	for (size_t i = 0; ids[i] != NULL; i++)
		offer(ids[i], begun);
}

static const struct option_row *
option_named(const char *word)
{
	if (!str_starts(word, "--"))
		return NULL;
	for (const struct option_row *o = option_rows; o->name != NULL; o++)
		if (strcmp(o->name, word + 2) == 0)
			return o;
	return NULL;
}

/* The argument of an option: files, or something that only a person knows. */
static void
offer_argument(const struct option_row *o)
{
	if (str_equal(o->argument, "FILE") || str_equal(o->argument, "DIR"))
		printf(ASK_FOR_FILES "\n");
}

static void
offer_arguments(struct call *c, const struct subcommand *of, const char *begun)
{
	switch (of->completes) {
	case COMPLETES_FILES:
		printf(ASK_FOR_FILES "\n");
		break;
	case COMPLETES_RUNS:
		offer_runs(c, begun);
		break;
	case COMPLETES_COMMANDS:
		offer_commands(begun);
		break;
	case COMPLETES_NOTHING:
		break;
	}
}

/* The arguments are the words of the line so far; the last is begun. */
int
cli_complete(struct call *c)
{
	const char *begun = c->arg_count > 0 ? c->args[c->arg_count - 1] : "";
	const struct subcommand *of = NULL;
	const struct option_row *before = NULL;

	if (c->arg_count > 1)
		of = command_find(c->args[0]);
	if (c->arg_count > 2)
		before = option_named(c->args[c->arg_count - 2]);
	if (c->arg_count <= 1)
		offer_commands(begun);
	else if (of == NULL)
		return EXIT_DONE;
	else if (before != NULL && before->argument != NULL)
		offer_argument(before);
	else if (begun[0] == '-')
		offer_options(of, begun);
	else
		offer_arguments(c, of, begun);
	return EXIT_DONE;
}

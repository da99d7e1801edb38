/* cli/options.c - from argv to a call, by the rows of options.def. */

#include <getopt.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/options.h"

#define HELP	1000

const struct option_row option_rows[] = {
#define FLAG(f, n, d)		{ #f, n, NULL, d, OPTION_FLAG, offsetof(struct options, f) },
#define TEXT(f, n, a, d)	{ #f, n, a, d, OPTION_TEXT, offsetof(struct options, f) },
#define TEXTS(f, n, a, d)	{ #f, n, a, d, OPTION_TEXTS, offsetof(struct options, f) },
#include "cli/options.def"
#undef FLAG
#undef TEXT
#undef TEXTS
	{ NULL }
};

bool
option_applies(const struct subcommand *c, const struct option_row *o)
{
	const char *at = c->options;
	size_t size = strlen(o->name);

	while ((at = strstr(at, o->name)) != NULL) {
		bool begins = at == c->options || at[-1] == ' ';

		if (begins && (at[size] == '\0' || at[size] == ' '))
			return true;
		at += size;
	}
	return false;
}

static void
add_text(struct call *call, const char ***list, const char *text)
{
	size_t count = 0;

	while (*list != NULL && (*list)[count] != NULL)
		count++;
	GROW(call, *list, const char *, count + 2);
	(*list)[count] = text;
	(*list)[count + 1] = NULL;
}

static void
set_option(struct call *call, const struct option_row *o, const char *text)
{
	char *field = (char *)&call->options + o->offset;

	switch (o->type) {
	case OPTION_FLAG:
		*(bool *)field = true;
		break;
	case OPTION_TEXT:
		*(const char **)field = text;
		break;
	case OPTION_TEXTS:
		add_text(call, (const char ***)field, text);
		break;
	}
}

/* getopt's table for one command; val is the row's index. */
static struct option *
long_options(const void *owner, const struct subcommand *c)
{
	struct option *table = NEW_ARRAY(owner, struct option,
	    COUNT_OF(option_rows) + 1);
	size_t n = 0;

	for (size_t i = 0; option_rows[i].name != NULL; i++) {
		if (!option_applies(c, &option_rows[i]))
			continue;
		table[n].name = option_rows[i].name;
		table[n].has_arg = option_rows[i].argument != NULL ?
		    required_argument : no_argument;
		table[n++].val = (int)i;
	}
	table[n].name = "help";
	table[n].val = HELP;
	return table;
}

static int
unknown_option(const struct subcommand *c, const char *word, struct error *err)
{
	const char *names[COUNT_OF(option_rows) + 1], *near;
	char *name = mem_strndup(NULL, word, strcspn(word, "="));
	size_t n = 0;

	error_set(err, ERR_USAGE, "\"%s\" has no option \"%s\"", c->name, name);
	for (const struct option_row *o = option_rows; o->name != NULL; o++)
		if (option_applies(c, o))
			names[n++] = o->name;
	names[n] = NULL;
	near = str_nearest(name + strspn(name, "-"), names);
	if (near != NULL)
		error_hint(err, "did you mean \"--%s\"?", near);
	else
		error_hint(err, "\"pgrunbook help %s\" lists its options", c->name);
	talloc_free(name);
	return -1;
}

static int
check_count(const struct subcommand *c, size_t count, struct error *err)
{
	if ((int)count >= c->least && (c->most < 0 || (int)count <= c->most))
		return 0;
	error_set(err, ERR_USAGE, (int)count < c->least ?
	    "\"%s\" wants more arguments" : "\"%s\" has too many arguments",
	    c->name);
	error_hint(err, "usage: pgrunbook %s %s", c->name, c->arguments);
	return -1;
}

static int
parse_options(struct call *call, int argc, char **argv, bool *help,
    struct error *err)
{
	struct option *table = long_options(call, call->command);
	int at, found;

	optind = 0;		/* glibc: begin anew */
	opterr = 0;
	for (;;) {
		at = optind > 0 ? optind : 1;
		found = getopt_long(argc, argv, ":h", table, NULL);
		if (found == -1)
			break;
		if (found == HELP || found == 'h') {
			*help = true;
		} else if (found == ':') {
			return error_set(err, ERR_USAGE,
			    "option \"%s\" wants an argument", argv[optind - 1]);
		} else if (found == '?') {
			const char *word = argv[optind > at ? optind - 1 : at];

			return unknown_option(call->command, word, err);
		} else {
			set_option(call, &option_rows[found], optarg);
		}
	}
	return 0;
}

struct call *
call_parse(const void *owner, const struct subcommand *command, int argc,
    char **argv, bool *help, struct error *err)
{
	struct call *call = NEW(owner, struct call);

	call->command = command;
	*help = false;
	if (parse_options(call, argc, argv, help, err) != 0)
		goto failed;
	call->arg_count = (size_t)(argc - optind);
	call->args = NEW_ARRAY(call, const char *, call->arg_count + 1);
	for (size_t i = 0; i < call->arg_count; i++)
		call->args[i] = argv[optind + (int)i];
	if (!*help && check_count(command, call->arg_count, err) != 0)
		goto failed;
	return call;
failed:
	talloc_free(call);
	return NULL;
}

/* cli/main.c - the program pgrunbook: finds the command and calls it. */

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/picker.h"

const struct subcommand commands[] = {
#define COMMAND(function, name, arguments, least, most, completes, options, doc) \
	{ name, arguments, least, most, COMPLETES_##completes, options, doc, \
	    cli_##function },
#include "cli/commands.def"
#undef COMMAND
	{ NULL }
};

const struct subcommand *
command_find(const char *name)
{
	for (const struct subcommand *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int
command_fail(const struct error *err)
{
	fflush(stdout);
	error_print(stderr, "pgrunbook", err);
	return error_exit_code(err);
}

int
command_usage(const struct call *c, const char *fmt, ...)
{
	struct error err;
	char *text;
	va_list args;

	va_start(args, fmt);
	text = talloc_vasprintf(c, fmt, args);
	va_end(args);
	error_set(&err, ERR_USAGE, "%s", (char *)memory_check(text));
	error_hint(&err, "\"pgrunbook help %s\" shows how it is called",
	    c->command->name);
	return command_fail(&err);
}

static int
unknown_command(const char *word)
{
	const char *names[COUNT_OF(commands)], *near;
	struct error err;
	size_t n = 0;

	for (const struct subcommand *c = commands; c->name != NULL; c++)
		if (c->doc[0] != '\0')
			names[n++] = c->name;
	names[n] = NULL;
	near = str_nearest(word, names);
	error_set(&err, ERR_USAGE, "there is no command \"%s\"", word);
	if (near != NULL)
		error_hint(&err, "did you mean \"%s\"?", near);
	else
		error_hint(&err, "\"pgrunbook help\" lists all commands");
	return command_fail(&err);
}

static int
call_command(const struct subcommand *command, int argc, char **argv)
{
	struct error err;
	struct call *call;
	bool help;
	int code;

	error_clear(&err);
	call = call_parse(NULL, command, argc, argv, &help, &err);
	if (call == NULL)
		return command_fail(&err);
	if (help) {
		help_command(command);
		code = EXIT_DONE;
	} else {
		code = command->run(call);
	}
	talloc_free(call);
	return code;
}

static int
dispatch(int argc, char **argv)
{
	const struct subcommand *command;

	if (argc < 2)
		return picker_main();
	if (strcmp(argv[1], "--version") == 0) {
		printf("pgrunbook %s\n", PACKAGE_VERSION);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help_all();
		return EXIT_DONE;
	}
	command = command_find(argv[1]);
	if (command == NULL)
		return unknown_command(argv[1]);
	return call_command(command, argc - 1, argv + 1);
}

/* What was printed must have arrived: a full disk is no success. */
static int
flush_output(int code)
{
	struct error err;

	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	/* Whoever reads it has seen enough ("| head"). */
	if (errno == EPIPE)
		return code;
	error_errno(&err, ERR_IO, "could not write to standard output");
	error_print(stderr, "pgrunbook", &err);
	return code == EXIT_DONE ? EXIT_FAILED : code;
}

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	umask(077);
	/* A reader that goes away ends a print, not a run: writes tell. */
	signal(SIGPIPE, SIG_IGN);
	return flush_output(dispatch(argc, argv));
}

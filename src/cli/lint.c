/* cli/lint.c - "pgrunbook lint": are these runbooks in order? */

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cli/command.h"
#include "runbook/load.h"
#include "steps/kind.h"

int
cli_lint(struct call *c)
{
	const char *format = c->options.format;
	bool is_json = c->options.json;
	struct lint *l = lint_new(c);

	if (format != NULL && strcmp(format, "json") == 0)
		is_json = true;
	else if (format != NULL && strcmp(format, "text") != 0)
		return command_usage(c, "there is no format \"%s\": text or json",
		    format);
	for (size_t i = 0; i < c->arg_count; i++) {
		void *scratch = memory_check(talloc_new(c));

		window_load(scratch, c->args[i], step_kinds(), l);
		talloc_free(scratch);
	}
	if (is_json)
		lint_print_json(l, stdout);
	else
		lint_print(l, stderr);
	return l->errors > 0 ? EXIT_LINT : EXIT_DONE;
}

/* cli/report.c - "pgrunbook report": what a run was, in three forms. */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "report/report.h"
#include "run/folder.h"
#include "run/read.h"

static char *
in_format(struct call *c, const char *format, const json_t *facts)
{
	if (strcmp(format, "md") == 0)
		return report_markdown(c, facts);
	if (strcmp(format, "html") == 0)
		return report_html(c, facts);
	return mem_printf(c, "%s\n", json_pretty(c, facts));
}

static int
deliver(struct call *c, const char *text)
{
	struct error err;

	error_clear(&err);
	if (c->options.output == NULL) {
		fputs(text, stdout);
		return EXIT_DONE;
	}
	if (file_write_atomic(c->options.output, text, strlen(text), 0600,
	    &err) != 0)
		return command_fail(&err);
	return EXIT_DONE;
}

int
cli_report(struct call *c)
{
	const char *format = c->options.format;
	char *runs = runs_folder(c, c->options.runs), *folder;
	char head[SHA256_HEX_SIZE];
	struct run_state *s;
	struct error err;
	json_t *facts;
	int code;

	error_clear(&err);
	if (format == NULL)
		format = c->options.json ? "json" : "md";
	if (strcmp(format, "md") != 0 && strcmp(format, "html") != 0 &&
	    strcmp(format, "json") != 0)
		return command_usage(c, "there is no format \"%s\": md, html or json",
		    format);
	folder = run_folder_find(c, runs, c->args[0], &err);
	s = folder == NULL ? NULL : run_state_load_head(c, folder, head, &err);
	if (s == NULL)
		return command_fail(&err);
	facts = report_facts(s, folder, head);
	code = deliver(c, in_format(c, format, facts));
	json_decref(facts);
	return code;
}

/* cli/snapshot.c - "pgrunbook snapshot": a schema as a file. */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/side.h"

int
cli_snapshot(struct call *c)
{
	struct side side = { .word = c->args[0] };
	struct sides *s;
	struct error err;
	char *text;

	error_clear(&err);
	s = sides_new(c, c->options.shadow, &err);
	if (s == NULL)
		return command_fail(&err);
	if (sides_load(s, &side, 1, &err) < 0)
		return sides_fail(s, &err);
	progress_say(s->progress, "writes %zu objects", side.snapshot->count);
	text = json_pretty(c, json_owned(c, schema_to_json(side.snapshot)));
	text = mem_printf(c, "%s\n", text);
	progress_end(s->progress);
	if (c->options.output == NULL)
		fputs(text, stdout);
	else if (file_write_atomic(c->options.output, text, strlen(text), 0666,
	    &err) < 0)
		return command_fail(&err);
	return EXIT_DONE;
}

/* cli/schema.c - "pgrunbook schema": the format, for editors and programs. */

#include <stdio.h>

#include "base/json.h"
#include "cli/command.h"
#include "run/event.h"
#include "runbook/load.h"
#include "steps/kind.h"

int
cli_schema(struct call *c)
{
	json_t *schema = c->options.events ? event_schema() :
	    runbook_schema(step_kinds());

	printf("%s\n", json_pretty(c, schema));
	json_decref(schema);
	return EXIT_DONE;
}

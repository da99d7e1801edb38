/* run/error.c - errors as JSON, and back. */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "run/event.h"

static void
put(json_t *to, const char *key, const char *text)
{
	if (*text != '\0')
		json_object_set_new(to, key,
		    memory_check(json_text(text, strlen(text))));
}

json_t *
event_error(const struct error *err)
{
	json_t *to = memory_check(json_object());

	put(to, "code", error_code_name(err->code));
	json_object_set_new(to, "primary", memory_check(
	    json_text(err->primary, strlen(err->primary))));
	put(to, "detail", err->detail);
	put(to, "hint", err->hint);
	put(to, "sqlstate", err->sqlstate);
	put(to, "file", err->file);
	if (err->line > 0)
		json_object_set_new(to, "line", json_integer(err->line));
	if (err->column > 0)
		json_object_set_new(to, "column", json_integer(err->column));
	return to;
}

void
event_error_parse(const json_t *value, struct error *err)
{
	const char *code = json_str_or(value, "code", "internal");
	enum error_code c = ERR_INTERNAL;
	int i;

	for (i = ERR_NONE; i <= ERR_INTERNAL; i++)
		if (strcmp(error_code_name((enum error_code)i), code) == 0)
			c = (enum error_code)i;
	error_set(err, c, "%s", json_str_or(value, "primary", ""));
	error_detail(err, "%s", json_str_or(value, "detail", ""));
	error_hint(err, "%s", json_str_or(value, "hint", ""));
	snprintf(err->sqlstate, sizeof(err->sqlstate), "%s",
	    json_str_or(value, "sqlstate", ""));
	if (json_str(value, "file") != NULL)
		error_at(err, json_str(value, "file"),
		    (int)json_int(value, "line", 0),
		    (int)json_int(value, "column", 0));
}

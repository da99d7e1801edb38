/* cli/prose_front.c - front matter: the YAML before a text in Markdown. */

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/prose_front.h"
#include "runbook/node.h"

static void
take_front(struct draft *d, const char *key, const struct node *value)
{
	int64_t us;
	struct error ignored;
	const char *text = value->type == NODE_SCALAR ? value->text : NULL;

	if (text != NULL && str_equal(key, "title")) {
		d->title = mem_strdup(d, text);
		d->has_title = true;
	} else if (text != NULL && str_equal(key, "owner"))
		d->owner = mem_strdup(d, text);
	else if (text != NULL && str_equal(key, "description"))
		buffer_printf(d->description, "%s\n\n", text);
	else if (text != NULL && str_equal(key, "last_exercised") &&
	    str_matches(text, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
		d->last_exercised = mem_strdup(d, text);
	else if (text != NULL && str_equal(key, "next_window") &&
	    clock_parse_rfc3339(text, &us, &ignored) == 0)
		d->next_window = mem_strdup(d, text);
	else if (text != NULL)
		buffer_printf(d->front, "%s: %s\n", key, text);
	else
		buffer_printf(d->front, "%s: %s\n", key, json_stable(d,
		    json_owned(d, node_to_json(value))));
}

const char *
prose_front_read(struct draft *d, const char *text)
{
	size_t fence = str_starts(text, "---\n") ? 4 :
	    str_starts(text, "---\r\n") ? 5 : 0;
	/* From the fence's own newline on: there may be nothing between. */
	const char *end = fence > 0 ? strstr(text + fence - 1, "\n---") : NULL;
	const char *yaml = text + fence;
	size_t size = end != NULL && end + 1 > yaml ?
	    (size_t)(end + 1 - yaml) : 0;
	struct node *map;
	size_t i;

	if (end == NULL)
		return text;
	map = node_parse(d, "front matter", yaml, size, lint_new(d));
	if (map == NULL || map->type != NODE_MAP)
		buffer_printf(d->front, "%.*s", (int)size, yaml);
	else
		for (i = 0; i < map->count; i++)
			take_front(d, map->keys[i]->text, map->items[i]);
	end += 4;
	return end + strcspn(end, "\n");
}

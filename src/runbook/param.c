/* runbook/param.c - what a runbook needs to be given. */

#include <regex.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "runbook/loader.h"
#include "runbook/values.h"

static bool
is_pattern(const char *text)
{
	regex_t regex;
	bool good = regcomp(&regex, text, REG_EXTENDED | REG_NOSUB) == 0;

	if (good)
		regfree(&regex);
	return good;
}

static void
load_param(struct loader *ld, const struct node *key, const struct node *value,
    struct param *p)
{
	const struct key *tables[] = { param_keys, NULL };
	struct lint_place default_at = value->place;
	struct lint_finding *f;
	void *outs[] = { p };
	char why[256];

	*p = (struct param){ .name = key->text, .min = INT64_MIN,
	    .max = INT64_MAX, .place = key->place };
	if (!value_name_valid(key->text)) {
		f = lint_error(ld->lint, key->place,
		    "\"%s\" is not a name for a value",
		    lint_word(ld->lint, key->text));
		lint_hint(ld->lint, f, "use a-z, 0-9 and \"_\", and begin with "
		    "a letter");
	}
	if (value->type == NODE_SCALAR) {
		if (!node_is_null(value))
			p->default_text = value->text;
		return;
	}
	if (!bind_map(ld->window, value, "a param", tables, outs, ld->lint))
		return;
	if (p->pattern != NULL && !is_pattern(p->pattern)) {
		lint_error(ld->lint, load_place(value, "pattern"),
		    "\"pattern\" is not a regular expression");
		p->pattern = NULL;
	}
	if (node_get(value, "default") != NULL)
		default_at = node_get(value, "default")->place;
	if (p->default_text != NULL &&
	    !param_accepts(p, p->default_text, why, sizeof(why)))
		lint_error(ld->lint, default_at,
		    "the default of \"%s\" is not accepted: %s",
		    lint_word(ld->lint, p->name), why);
}

struct param *
load_params(struct loader *ld, const struct node *map, size_t *count)
{
	struct param *params;
	size_t i;

	*count = 0;
	if (map == NULL)
		return NULL;
	if (map->type != NODE_MAP) {
		lint_error(ld->lint, map->place, "\"params\" must be a map");
		return NULL;
	}
	params = NEW_ARRAY(ld->window, struct param, map->count + 1);
	*count = map->count;
	for (i = 0; i < map->count; i++)
		load_param(ld, map->keys[i], map->items[i], &params[i]);
	return params;
}

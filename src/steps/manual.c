/*
 * steps/manual.c - kind "manual": a checklist that a person ticks and signs.
 */

#include <regex.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

struct manual_spec {
	const char	**items;
	json_t		*ask;
};

static json_t *
fields_json(const json_t *ask)
{
	json_t *fields = json_array(), *value, *f;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)ask, name, value) {
		f = json_pack("{s:s, s:s}", "name", name, "prompt",
		    json_is_string(value) ? json_string_value(value) :
		    json_str_or(value, "prompt", name));
		if (json_str(value, "pattern") != NULL)
			json_object_set_new(f, "pattern",
			    json_string(json_str(value, "pattern")));
		json_array_append_new(fields, f);
	}
	return fields;
}

static json_t *
question_new(struct attempt *a, struct error *err)
{
	const struct manual_spec *spec = a->step->spec;
	json_t *items = json_array(), *raw, *fields;
	const char **item;
	char *text;

	for (item = spec->items; item != NULL && *item != NULL; item++) {
		text = attempt_expand(NULL, a, *item, err);
		if (text == NULL) {
			json_decref(items);
			return NULL;
		}
		json_array_append_new(items, json_text(text, strlen(text)));
		talloc_free(text);
	}
	raw = fields_json(spec->ask);
	fields = attempt_expand_json(a, raw, err);
	json_decref(raw);
	if (fields == NULL) {
		json_decref(items);
		return NULL;
	}
	return json_pack("{s:s, s:o, s:o}", "type", "manual", "items", items,
	    "fields", fields);
}

static int
plan(struct attempt *a, struct error *err)
{
	json_t *question = question_new(a, err), *item;
	struct buffer *b;
	size_t i;

	if (question == NULL)
		return -1;
	b = buffer_new(NULL);
	json_array_foreach(json_object_get(question, "items"), i, item)
		buffer_printf(b, "[ ] %s\n", json_string_value(item));
	json_array_foreach(json_object_get(question, "fields"), i, item)
		buffer_printf(b, "%s: ____\n", json_str(item, "prompt"));
	plan_text(a, CLASS_R, "a person does it and says so", b->data);
	talloc_free(b);
	json_decref(question);
	return 0;
}

static int
run(struct attempt *a, struct error *err)
{
	json_t *question = question_new(a, err), *answer, *fields;

	if (question == NULL || attempt_ask(a, question, &answer, err) < 0)
		return -1;
	fields = json_object_get(answer, "fields");
	fields = fields != NULL ? json_incref(fields) : json_object();
	json_decref(answer);
	return attempt_register(a, fields, err);
}

static void
check(const struct step *s, struct lint *l)
{
	const struct manual_spec *spec = s->spec;
	struct lint_place at = spec_place(s, "ask");
	const char *name, *pattern;
	regex_t compiled;
	json_t *value;

	if ((spec->items == NULL || spec->items[0] == NULL) &&
	    json_object_size(spec->ask) == 0)
		lint_error(l, spec_place(s, "manual"),
		    "a manual step needs \"items\" or \"ask\"");
	json_object_foreach(spec->ask, name, value) {
		if (!json_is_string(value) && !json_is_object(value)) {
			lint_error(l, at, "\"%s\" of \"ask\" is neither a "
			    "prompt nor {prompt, pattern}", name);
			continue;
		}
		pattern = json_str(value, "pattern");
		if (pattern == NULL)
			continue;
		if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0)
			regfree(&compiled);
		else
			lint_error(l, at, "the pattern of \"%s\" is not a "
			    "regular expression", name);
	}
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "a person does it and says so");
	return CLASS_R;
}

static const struct key keys[] = {
	{ "items", KEY_TEXTS, KEY_EXPANDS, offsetof(struct manual_spec, items),
	  "what is to be ticked, one by one", NULL, 0, 0 },
	{ "ask", KEY_MAP, KEY_EXPANDS, offsetof(struct manual_spec, ask),
	  "what is to be filled in: {field: {prompt, pattern}}", NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_manual = {
	{ "manual", "a checklist that a person ticks", "items", keys,
	  sizeof(struct manual_spec), NULL, check, deserves },
	plan, run, NULL
};

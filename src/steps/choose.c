/*
 * steps/choose.c - kind "choose": a decision, each answer of which may lead
 * elsewhere.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

struct choose_spec {
	const char	*text;
	json_t		*options;
};

static int
plan(struct attempt *a, struct error *err)
{
	const struct choose_spec *spec = a->step->spec;
	json_t *options = attempt_expand_json(a, spec->options, err), *o;
	char *text = attempt_expand(NULL, a, spec->text != NULL ? spec->text :
	    a->step->name != NULL ? a->step->name : "", err);
	struct buffer *b;
	size_t i;

	if (options == NULL || text == NULL) {
		json_decref(options);
		talloc_free(text);
		return -1;
	}
	b = buffer_new(text);
	buffer_printf(b, "%s\n", text);
	json_array_foreach(options, i, o) {
		buffer_printf(b, "  %s  %s", json_str_or(o, "key", ""),
		    json_str_or(o, "text", ""));
		if (json_str(o, "goto") != NULL)
			buffer_printf(b, " -> %s", json_str(o, "goto"));
		buffer_puts(b, "\n");
	}
	plan_text(a, CLASS_R, "a person decides", b->data);
	talloc_free(text);
	json_decref(options);
	return 0;
}

static const json_t *
option_of(const json_t *options, const char *key)
{
	json_t *o;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)options, i, o)
		if (str_equal(json_str(o, "key"), key))
			return o;
	return NULL;
}

static int
run(struct attempt *a, struct error *err)
{
	const struct choose_spec *spec = a->step->spec;
	json_t *options, *answer;
	const json_t *taken;
	char *text, *key;
	int rc;

	text = attempt_expand(a, a, spec->text != NULL ? spec->text :
	    a->step->name != NULL ? a->step->name : "", err);
	options = text == NULL ? NULL :
	    attempt_expand_json(a, spec->options, err);
	if (options == NULL)
		return -1;
	rc = attempt_ask(a, json_pack("{s:s, s:s, s:O}", "type", "choose",
	    "text", text, "options", options), &answer, err);
	if (rc == 0) {
		key = mem_strdup(a, json_str_or(answer, "key", ""));
		taken = option_of(options, key);
		a->goto_step = mem_strdup(a, json_str(taken, "goto"));
		json_decref(answer);
		rc = attempt_register(a, json_string(key), err);
	}
	json_decref(options);
	return rc;
}

static void
check(const struct step *s, struct lint *l)
{
	const struct choose_spec *spec = s->spec;
	struct lint_place at = spec_place(s, "options");
	json_t *o;
	size_t i;

	if (!json_is_array(spec->options) ||
	    json_array_size(spec->options) < 2) {
		lint_error(l, at, "\"options\" is not a list of two or more");
		return;
	}
	json_array_foreach(spec->options, i, o) {
		const char *key = json_str(o, "key");

		if (key == NULL || json_str(o, "text") == NULL)
			lint_error(l, at,
			    "option %zu needs \"key\" and \"text\"", i + 1);
		else if (option_of(spec->options, key) != o)
			lint_error(l, at, "two options have the key \"%s\"",
			    key);
	}
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "a person decides");
	return CLASS_R;
}

static const struct key keys[] = {
	{ "choose", KEY_TEXT, KEY_EXPANDS, offsetof(struct choose_spec, text),
	  "the question (default: the step's name)", NULL, 0, 0 },
	{ "options", KEY_ANY, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct choose_spec, options),
	  "a list of {key, text, goto}; goto is a step's id", NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_choose = {
	{ "choose", "a decision; each answer may lead to another step",
	  "choose", keys, sizeof(struct choose_spec), NULL, check, deserves },
	plan, run, NULL
};

/* approval/rule.c - the rule of a step, as the run's journal has it. */

#include "approval/approval.h"
#include "base/memory.h"
#include "base/str.h"

bool
approval_is_needed(const struct step *step, enum step_class class_)
{
	return class_ != CLASS_R || (step->approval.given &&
	    !str_equal(step->kind->name, "review"));
}

/*
 * What one name of a step's "from" means: a role stands for its principals
 * and brings its own conditions; any other name is a principal.
 */
static void
add_from(json_t *rule, const struct window *w, const char *name, bool *anyone)
{
	const struct role *role = window_role(w, name);
	json_t *from = json_object_get(rule, "from");
	size_t i;

	if (role == NULL) {
		json_array_append_new(from, json_string(name));
		return;
	}
	json_array_append_new(json_object_get(rule, "roles"),
	    json_string(name));
	if (role->is_signed)
		json_object_set_new(rule, "signed", json_true());
	if (role->not_role != NULL)
		json_object_set_new(rule, "not", json_string(role->not_role));
	if (role->from == NULL)
		*anyone = true;
	for (i = 0; role->from != NULL && role->from[i] != NULL; i++)
		json_array_append_new(from, json_string(role->from[i]));
}

json_t *
approval_rule_json(const struct step *step, const struct window *w,
    enum step_class class_, const char *database)
{
	const struct approval_rule *a = &step->approval;
	bool is_typed = class_ == CLASS_B, anyone = false;
	json_t *rule;
	size_t i;

	rule = memory_check(json_pack("{s:s, s:s, s:[], s:[], s:I, s:I, s:b}",
	    "class", class_name(class_),
	    "ceremony", is_typed ? "typed" : "key", "from", "roles",
	    "min", (json_int_t)(a->given && a->min > 0 ? a->min : 1),
	    "expires_ms", (json_int_t)(a->given && a->expires_ms > 0 ?
	    a->expires_ms : 0),
	    "signed", a->given && a->is_signed));
	if (is_typed)
		json_object_set_new(rule, "type_this", json_string(
		    database != NULL && *database != '\0' ? database :
		    step->id));
	if (!a->given)
		return rule;
	if (a->not_role != NULL)
		json_object_set_new(rule, "not", json_string(a->not_role));
	if (a->break_glass)
		json_object_set_new(rule, "break_glass", json_true());
	for (i = 0; a->from != NULL && a->from[i] != NULL; i++)
		add_from(rule, w, a->from[i], &anyone);
	if (anyone)
		json_array_clear(json_object_get(rule, "from"));
	return rule;
}

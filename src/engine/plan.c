/* engine/plan.c - a window as its run's journal has it: phases and steps. */

#include "base/json.h"
#include "base/memory.h"
#include "engine/private.h"

static json_t *
approval_json(const struct approval_rule *a)
{
	if (!a->given)
		return json_null();
	return memory_check(json_pack("{s:o, s:I, s:I, s:b, s:s*}",
	    "from", json_texts(a->from), "min", (json_int_t)a->min,
	    "expires_ms", (json_int_t)a->expires_ms, "signed", a->is_signed,
	    "not", a->not_role));
}

static json_t *
step_json(const struct runbook *r, const struct step *s)
{
	static const char *const on_failure[] = {
		[FAIL_ASK] = "ask", [FAIL_STOP] = "stop",
		[FAIL_CONTINUE] = "continue", [FAIL_ROLLBACK] = "rollback",
		[FAIL_GOTO] = "goto",
	};
	char *id = mem_printf(NULL, "%s/%s", r->name, s->id);
	json_t *step = memory_check(json_pack(
	    "{s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:I, s:o, s:s}",
	    "id", id, "name", s->name != NULL ? s->name : s->id,
	    "kind", s->kind->name, "class", class_name(s->class_),
	    "target", s->target, "why", s->why, "rollback", s->rollback,
	    "estimate_ms", (json_int_t)s->estimate_ms,
	    "approval", approval_json(&s->approval),
	    "on_failure", on_failure[s->on_failure]));

	talloc_free(id);
	return step;
}

static json_t *
phase_json(const struct runbook *r, bool is_rollback)
{
	json_t *steps = memory_check(json_array());
	size_t i;

	for (i = 0; i < r->step_count; i++)
		json_array_append_new(steps, step_json(r, r->steps[i]));
	return memory_check(json_pack("{s:s, s:s, s:s?, s:b, s:o}",
	    "name", r->name, "title", r->title != NULL ? r->title : r->name,
	    "description", r->description, "is_rollback", is_rollback,
	    "steps", steps));
}

json_t *
engine_plan(const struct window *w, bool only_rollback)
{
	json_t *phases = memory_check(json_array());
	size_t i;

	for (i = 0; !only_rollback && i < w->phase_count; i++)
		json_array_append_new(phases, phase_json(w->phases[i], false));
	if (w->rollback != NULL)
		json_array_append_new(phases,
		    phase_json(w->rollback, !only_rollback));
	return memory_check(json_pack("{s:o}", "phases", phases));
}

static void
add_steps(const void *owner, const struct step ***steps, size_t *count,
    const struct runbook *r)
{
	size_t i;

	GROW(owner, *steps, const struct step *, *count + r->step_count + 1);
	for (i = 0; i < r->step_count; i++)
		(*steps)[(*count)++] = r->steps[i];
}

const struct step **
engine_steps(const void *owner, const struct window *w, bool only_rollback,
    size_t *count)
{
	const struct step **steps = NULL;
	size_t i;

	*count = 0;
	for (i = 0; !only_rollback && i < w->phase_count; i++)
		add_steps(owner, &steps, count, w->phases[i]);
	if (w->rollback != NULL)
		add_steps(owner, &steps, count, w->rollback);
	return steps;
}

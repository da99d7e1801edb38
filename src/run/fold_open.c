/* run/fold_open.c - the first event: the window and its whole plan. */

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "run/fold.h"

static int
bad(struct fold *f, const char *what)
{
	return error_set(f->err, ERR_VERIFY, "plan of the run: %s", what);
}

/* A field that is text, null or absent. */
static bool
is_text_or_null(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return value == NULL || json_is_null(value) || json_is_string(value);
}

static int
check_step(struct fold *f, const json_t *step, json_t *seen)
{
	static const char *const texts[] = {
		"name", "kind", "class", "target", "why", "rollback",
		"on_failure",
	};
	const char *id = json_str(step, "id");
	size_t i;

	if (id == NULL || *id == '\0')
		return bad(f, "a step has no id");
	if (json_object_get(seen, id) != NULL)
		return error_set(f->err, ERR_VERIFY,
		    "plan of the run: step \"%s\" is there twice", id);
	if (json_object_set_new(seen, id, json_true()) != 0)
		return bad(f, "a step's id is not UTF-8");
	for (i = 0; i < COUNT_OF(texts); i++)
		if (!is_text_or_null(step, texts[i]))
			return error_set(f->err, ERR_VERIFY, "plan of the run: "
			    "\"%s\" of step \"%s\" is not text", texts[i], id);
	return 0;
}

static int
check_plan(struct fold *f, const json_t *phases)
{
	json_t *seen = memory_check(json_object());
	size_t i, j, count = json_array_size(phases);
	int rc = 0;

	if (!json_is_array(phases))
		rc = bad(f, "there are no phases");
	for (i = 0; i < count && rc == 0; i++) {
		const json_t *phase = json_array_get(phases, i);
		const json_t *steps = json_object_get(phase, "steps");

		if (json_str(phase, "name") == NULL ||
		    !is_text_or_null(phase, "title") ||
		    !is_text_or_null(phase, "description"))
			rc = bad(f, "a phase has no name");
		else if (json_flag(phase, "is_rollback") && i + 1 < count)
			rc = bad(f, "the rollback phase is not the last");
		else if (!json_is_array(steps))
			rc = bad(f, "a phase has no steps");
		for (j = 0; j < json_array_size(steps) && rc == 0; j++)
			rc = check_step(f, json_array_get(steps, j), seen);
	}
	json_decref(seen);
	return rc;
}

static void
take_step(struct run_state *s, size_t phase, const json_t *from)
{
	struct step_state *step = &s->steps[s->step_count];

	step->id = json_str(from, "id");
	step->name = json_str_or(from, "name", step->id);
	step->kind = json_str_or(from, "kind", "");
	step->class_ = json_str_or(from, "class", "R");
	step->target = json_str(from, "target");
	step->why = json_str(from, "why");
	step->rollback = json_str(from, "rollback");
	step->estimate_ms = json_int(from, "estimate_ms", -1);
	step->phase = phase;
	step->status = STEP_PENDING;
	step->plan = from;
	step->progress_remaining_ms = -1;
	json_object_set_new(s->step_index, step->id,
	    memory_check(json_integer((json_int_t)s->step_count)));
	s->step_count++;
}

static void
take_plan(struct run_state *s, const json_t *phases)
{
	size_t i, j, steps = 0;

	s->phase_count = json_array_size(phases);
	for (i = 0; i < s->phase_count; i++)
		steps += json_array_size(json_object_get(
		    json_array_get(phases, i), "steps"));
	s->phases = NEW_ARRAY(s, struct phase_state, s->phase_count);
	s->steps = NEW_ARRAY(s, struct step_state, steps);
	for (i = 0; i < s->phase_count; i++) {
		const json_t *from = json_array_get(phases, i);
		const json_t *list = json_object_get(from, "steps");
		struct phase_state *phase = &s->phases[i];

		phase->name = json_str(from, "name");
		phase->title = json_str_or(from, "title", phase->name);
		phase->description = json_str(from, "description");
		phase->is_rollback = json_flag(from, "is_rollback");
		phase->first_step = s->step_count;
		phase->step_count = json_array_size(list);
		for (j = 0; j < phase->step_count; j++)
			take_step(s, i, json_array_get(list, j));
	}
}

static int
window_time(struct fold *f, const json_t *window, const char *key, int64_t *us)
{
	const char *text = json_str(window, key);

	*us = 0;
	if (text == NULL || clock_parse_rfc3339(text, us, NULL) == 0)
		return 0;
	return error_set(f->err, ERR_VERIFY,
	    "\"%s\" of the window is not a time", key);
}

/* The first step of the main section, if it has any. */
static size_t
first_step(const struct run_state *s)
{
	const struct phase_state *rollback = state_rollback_phase(s);

	if (rollback != NULL && rollback->first_step == 0)
		return s->step_count;
	return 0;
}

int
fold_run_opened(struct fold *f)
{
	const json_t *window = json_object_get(f->data, "window");
	const json_t *phases = json_object_get(
	    json_object_get(f->data, "plan"), "phases");
	struct run_state *s = f->s;
	int64_t start_us, end_us;

	if (s->opened != NULL)
		return error_set(f->err, ERR_VERIFY, "the run is opened twice");
	if (json_str(window, "name") == NULL)
		return error_set(f->err, ERR_VERIFY, "the window has no name");
	if (window_time(f, window, "start", &start_us) != 0 ||
	    window_time(f, window, "end", &end_us) != 0 ||
	    check_plan(f, phases) != 0)
		return -1;
	if (f->is_check)
		return 0;

	s->opened = f->data;
	s->run = json_str(f->data, "run");
	s->window = json_str(window, "name");
	s->title = json_str_or(window, "title", s->window);
	s->operator_ = json_str_or(json_object_get(f->data, "operator"),
	    "principal", "");
	s->host = json_str(f->data, "host");
	s->version = json_str(f->data, "version");
	s->opened_us = f->e->at_us;
	s->start_us = start_us;
	s->end_us = end_us;
	take_plan(s, phases);
	s->current = first_step(s);
	fold_hash(f, s->led_hash);
	fold_hash(f, s->end_hash);
	return 0;
}

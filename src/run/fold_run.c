/* run/fold_run.c - events about the run as a whole, and the live ones. */

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/fold.h"

/* One more element at the end of an array of the state, zeroed. */
#define ADD(s, array, count, type) \
	(GROW(s, (s)->array, type, (s)->count + 1), \
	    memset(&(s)->array[(s)->count], 0, sizeof(type)), \
	    &(s)->array[(s)->count++])

static void
nobody_is_attached(struct run_state *s)
{
	s->people_count = 0;
}

int
fold_engine_started(struct fold *f)
{
	if (f->is_check)
		return 0;
	/* Whoever was attached to an engine that died is gone with it. */
	nobody_is_attached(f->s);
	f->s->engine_lives = true;
	return 0;
}

int
fold_engine_stopped(struct fold *f)
{
	if (f->is_check)
		return 0;
	nobody_is_attached(f->s);
	f->s->engine_lives = false;
	return 0;
}

int
fold_target_pinned(struct fold *f)
{
	const char *name = json_str(f->data, "target");
	const json_t *identity = json_object_get(f->data, "identity");
	struct target_state *t = NULL;
	size_t i;

	if (!json_is_object(identity))
		return error_set(f->err, ERR_VERIFY,
		    "the identity of target \"%s\" is not an object", name);
	if (f->is_check)
		return 0;
	for (i = 0; i < f->s->target_count && t == NULL; i++)
		if (strcmp(f->s->targets[i].name, name) == 0)
			t = &f->s->targets[i];
	if (t == NULL)
		t = ADD(f->s, targets, target_count, struct target_state);
	t->name = name;
	t->environment = json_str(f->data, "environment");
	t->identity = identity;
	t->note = json_str(f->data, "note");
	return 0;
}

int
fold_attached(struct fold *f)
{
	struct person_state *p;

	if (f->is_check)
		return 0;
	p = ADD(f->s, people, people_count, struct person_state);
	p->principal = json_str(f->data, "principal");
	p->user = json_str(f->data, "user");
	p->front = json_str(f->data, "front");
	p->uid = json_int(f->data, "uid", -1);
	return 0;
}

int
fold_detached(struct fold *f)
{
	const char *principal = json_str(f->data, "principal");
	int64_t uid = json_int(f->data, "uid", -1);
	struct run_state *s = f->s;
	size_t i;

	for (i = 0; i < s->people_count; i++)
		if (s->people[i].uid == uid &&
		    strcmp(s->people[i].principal, principal) == 0)
			break;
	if (i == s->people_count)
		return error_set(f->err, ERR_VERIFY,
		    "\"%s\" left without having come", principal);
	if (f->is_check)
		return 0;
	memmove(&s->people[i], &s->people[i + 1],
	    (s->people_count - i - 1) * sizeof(s->people[0]));
	s->people_count--;
	return 0;
}

int
fold_run_started(struct fold *f)
{
	if (f->s->is_started)
		return error_set(f->err, ERR_VERIFY, "the run starts twice");
	if (!f->is_check)
		f->s->is_started = true;
	return 0;
}

int
fold_artifact(struct fold *f)
{
	int64_t size = json_int(f->data, "size", -1);
	const char *name = json_str(f->data, "name");
	const char *sha256 = json_str(f->data, "sha256");
	struct artifact_state *a;

	if (size < 0 || *name == '\0' ||
	    !str_matches(sha256, "^[0-9a-f]{64}$"))
		return error_set(f->err, ERR_VERIFY,
		    "artifact \"%s\" has no valid size or hash", name);
	if (f->is_check)
		return 0;
	a = ADD(f->s, artifacts, artifact_count, struct artifact_state);
	a->step = json_str(f->data, "step");
	a->attempt = (int)json_int(f->data, "attempt", 0);
	a->name = name;
	a->sha256 = sha256;
	a->what = json_str(f->data, "what");
	a->size_bytes = size;
	return 0;
}

int
fold_registered(struct fold *f)
{
	if (fold_step(f) == NULL)
		return -1;
	if (!f->is_check)
		json_object_set(f->s->values, json_str(f->data, "name"),
		    json_object_get(f->data, "value"));
	return 0;
}

int
fold_signoff_rejected(struct fold *f)
{
	const char *step = json_str(f->data, "step");
	struct rejection_state *r;

	if (step != NULL && fold_step(f) == NULL)
		return -1;
	if (f->is_check)
		return 0;
	r = ADD(f->s, rejections, rejection_count, struct rejection_state);
	r->step = step;
	r->source = json_str(f->data, "source");
	r->principal = json_str(f->data, "principal");
	r->reason = json_str(f->data, "reason");
	r->sha256 = json_str(f->data, "sha256");
	r->at_us = f->e->at_us;
	return 0;
}

int
fold_handed_over(struct fold *f)
{
	if (f->is_check)
		return 0;
	f->s->handed_by = json_str(f->data, "principal");
	f->s->handover_text = json_str(f->data, "text");
	f->s->handover_risks = json_str(f->data, "risks");
	fold_hash(f, f->s->handed_hash);
	fold_note(f, f->data);
	return 0;
}

int
fold_taken_over(struct fold *f)
{
	const char *principal = json_str(f->data, "principal");

	if (f->s->handed_by == NULL ||
	    strcmp(f->s->handed_by, principal) == 0)
		return error_set(f->err, ERR_VERIFY, "\"%s\" takes a run over "
		    "that nobody else has passed on", principal);
	if (f->is_check)
		return 0;
	json_array_append_new(f->s->executors, json_string(f->s->handed_by));
	json_array_append_new(f->s->executors, json_string(principal));
	f->s->operator_ = principal;
	f->s->handed_by = f->s->handover_text = NULL;
	f->s->handover_risks = NULL;
	f->s->handed_hash[0] = '\0';
	fold_hash(f, f->s->led_hash);
	return 0;
}

int
fold_backend_signalled(struct fold *f)
{
	return fold_step(f) != NULL ? 0 : -1;
}

int
fold_paused(struct fold *f)
{
	if (!f->is_check)
		f->s->is_paused = true;
	return 0;
}

int
fold_resumed(struct fold *f)
{
	if (!f->is_check)
		f->s->is_paused = false;
	return 0;
}

int
fold_run_closed(struct fold *f)
{
	int64_t count = json_int(f->data, "count", -1);

	if (count != f->e->seq - 1)
		return error_set(f->err, ERR_VERIFY, "the closing record "
		    "counts %" PRId64 " records where %" PRId64 " stand before "
		    "it", count, f->e->seq - 1);
	if (f->is_check)
		return 0;
	f->s->is_closed = true;
	f->s->outcome = json_str(f->data, "outcome");
	return 0;
}

int
fold_request_opened(struct fold *f)
{
	if (f->is_check)
		return 0;
	f->s->request = f->data;
	f->s->request_notes = f->s->note_count;
	return 0;
}

void
fold_text(const void *owner, const char **text, const char *value)
{
	/* talloc frees what it gave: the const is ours alone. */
	talloc_free((char *)(uintptr_t)*text);
	*text = mem_strdup(owner, value);
}

int
fold_status(struct fold *f)
{
	if (f->is_check)
		return 0;
	fold_text(f->s, &f->s->status_text, json_str(f->data, "text"));
	fold_text(f->s, &f->s->status_reason, json_str(f->data, "reason"));
	return 0;
}

int
fold_output(struct fold *f)
{
	struct step_state *step = fold_step(f);

	if (step == NULL)
		return -1;
	if (!f->is_check)
		step->output_size = json_int(f->data, "size", 0);
	return 0;
}

int
fold_progress(struct fold *f)
{
	struct step_state *step = fold_step(f);

	if (step == NULL)
		return -1;
	if (f->is_check)
		return 0;
	step->progress_done = json_int(f->data, "done", 0);
	step->progress_total = json_int(f->data, "total", 0);
	step->progress_rate = json_int(f->data, "rate", 0);
	step->progress_remaining_ms = json_int(f->data, "remaining_ms", -1);
	fold_text(f->s, &step->progress_unit, json_str(f->data, "unit"));
	fold_text(f->s, &step->progress_text, json_str(f->data, "text"));
	return 0;
}

int
fold_locks(struct fold *f)
{
	if (fold_step(f) == NULL)
		return -1;
	if (f->is_check)
		return 0;
	json_object_set(f->s->live, "locks", json_object_get(f->data, "report"));
	f->s->locks = json_object_get(f->s->live, "locks");
	return 0;
}

void
fold_no_locks(struct run_state *s)
{
	json_object_del(s->live, "locks");
	s->locks = NULL;
}

int
fold_announce(struct fold *f)
{
	(void)f;
	return 0;
}

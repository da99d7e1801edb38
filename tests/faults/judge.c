/* tests/faults/judge.c - a run's journal, held against what is to be seen. */

#include "harness/test.h"

#include <inttypes.h>
#include <string.h>

#include "approval/evidence.h"
#include "base/json.h"
#include "base/memory.h"
#include "faults/judge.h"
#include "harness/cluster.h"
#include "run/read.h"

struct records {
	json_t	*types;		/* number: type */
	json_t	*last;		/* "step attempt": marker of its last transaction */
	json_t	*marked;	/* marker: "step attempt" */
};

static char *
attempt_key(const void *owner, const char *step, int64_t attempt)
{
	return mem_printf(owner, "%s %" PRId64, step, attempt);
}

static void
note_record(struct stage *s, struct records *r, const struct event *e)
{
	const char *uuid = json_str(e->data, "uuid");
	char *key;

	json_object_set_new(r->types, mem_printf(s, "%" PRId64, e->seq),
	    json_string(event_name(e->type)));
	/* Without a transaction there is no marker row. */
	if (e->type != EVENT_MARKED || *json_str_or(e->data, "xid", "") == '\0')
		return;
	key = attempt_key(s, json_str(e->data, "step"),
	    json_int(e->data, "attempt", 0));
	json_object_set_new(r->last, key, json_string(uuid));
	json_object_set_new(r->marked, uuid, json_string(key));
}

static struct records
read_records(struct stage *s)
{
	struct records r = { json_owned(s, json_object()),
	    json_owned(s, json_object()), json_owned(s, json_object()) };
	struct error err = { 0 };
	struct run_reader *reader = run_reader_open(s, s->folder, &err);
	struct event e;
	int rc;

	assert_got(reader, &err);
	while ((rc = run_reader_next(reader, &e, &err)) > 0)
		note_record(s, &r, &e);
	assert_true(rc == 0);
	return r;
}

/* ---- what was told is written ------------------------------------------------ */

static void
judge_told_line(struct stage *s, const struct records *r, const char *line,
    size_t size, struct findings *f)
{
	struct error err = { 0 };
	json_t *event = NULL;
	const char *type;
	int64_t seq;

	/* Half of a line, where it was killed over it; or a word to people. */
	if (size == 0 || *line != '{' ||
	    json_parse(line, size, &event, &err) != 0)
		return;
	type = json_str_or(event, "type", "");
	seq = json_int(event, "seq", 0);
	if (seq > 0 && !str_equal(json_str(r->types, mem_printf(s, "%" PRId64,
	    seq)), type))
		findings_add(f, &f->lost_events, "record %" PRId64
		    " (%s) was told and is not in the journal", seq, type);
	json_decref(event);
}

static void
judge_told(struct stage *s, const struct records *r, struct findings *f)
{
	const char *line = s->told->data, *end;

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1)
		judge_told_line(s, r, line, (size_t)(end - line), f);
}

/* ---- markers and outcomes ------------------------------------------------------ */

/* {"marker": "step"} of this run in these databases. */
static json_t *
markers(struct stage *s, const char *const *databases)
{
	json_t *all = json_owned(s, json_object()), *some;
	struct error err = { 0 };

	for (; *databases != NULL; databases++) {
		char *text;

		if (cluster_value(s, *databases,
		    "SELECT to_regclass('pgrunbook.outcome')::text") == NULL)
			continue;
		/* Without a step it is the journal's head, and no effect. */
		text = cluster_value(s, *databases, mem_printf(s,
		    "SELECT json_object_agg(attempt, step)::text FROM "
		    "pgrunbook.outcome WHERE step <> '' AND run = '%s'",
		    strrchr(s->folder, '/') + 1));
		if (text == NULL)
			continue;
		assert_ok(json_parse(text, strlen(text), &some, &err), &err);
		json_object_update(all, some);
		json_decref(some);
	}
	return all;
}

/* Is a marker of this attempt there? */
static bool
took_effect(const struct records *r, json_t *there, const char *key)
{
	const char *uuid;
	json_t *of;

	json_object_foreach(r->marked, uuid, of)
		if (str_equal(json_string_value(of), key) &&
		    json_object_get(there, uuid) != NULL)
			return true;
	return false;
}

/* What came after its COMMIT went wrong, and it is told so. */
static bool
says_committed(const struct attempt_state *a)
{
	return strstr(json_str_or(a->error, "primary", ""), "is committed") ||
	    (a->proof != NULL && strstr(a->proof, "it took effect") != NULL);
}

static void
judge_attempt(struct stage *s, const struct step_state *step,
    const struct attempt_state *a, const struct records *r, json_t *there,
    struct findings *f)
{
	/* Their transactions are many: each that is there counts for itself. */
	bool by_parts = str_equal(step->kind, "migrate") ||
	    str_equal(step->kind, "backfill");
	char *key = attempt_key(s, step->id, a->number);
	const char *last = json_str(r->last, key);

	if (last != NULL && str_equal(a->outcome, "done") &&
	    json_object_get(there, last) == NULL)
		findings_add(f, &f->wrong_verdicts, "attempt %d of %s is done, "
		    "and its marker is not there", a->number, step->id);
	if (!str_equal(a->outcome, "done") && !by_parts && !says_committed(a) &&
	    took_effect(r, there, key))
		findings_add(f, &f->wrong_verdicts, "attempt %d of %s is %s, "
		    "and its marker is there", a->number, step->id,
		    outcome_words(a->outcome));
}

static void
judge_step(struct stage *s, const struct step_state *step,
    const struct records *r, json_t *there, bool is_gone, struct findings *f)
{
	size_t i, done = 0;

	for (i = 0; i < step->attempt_count; i++) {
		const struct attempt_state *a = &step->attempts[i];

		if (a->started_us != 0 && a->outcome == NULL)
			findings_add(f, &f->lost_events, "attempt %d of %s has "
			    "no outcome", a->number, step->id);
		if (!is_gone)
			judge_attempt(s, step, a, r, there, f);
		done += str_equal(a->outcome, "done");
	}
	if (done > 1)
		findings_add(f, &f->double_runs, "%zu attempts of %s are done",
		    done, step->id);
}

void
judge_run(struct stage *s, const char *const *databases, const char *gone,
    struct findings *f)
{
	struct run_state *state = stage_state(s, s);
	json_t *there = markers(s, databases), *step;
	struct records r = read_records(s);
	struct error err = { 0 };
	struct evidence result;
	const char *uuid;
	size_t i;

	if (evidence_verify(s->folder, NULL, 0, &result, &err) != 0)
		findings_add(f, &f->broken, "%s", err.primary);
	if (strstr(s->complaints->data, "Sanitizer") != NULL ||
	    strstr(s->complaints->data, "runtime error:") != NULL)
		findings_add(f, &f->broken, "%s", s->complaints->data);
	judge_told(s, &r, f);
	for (i = 0; i < state->step_count; i++)
		judge_step(s, &state->steps[i], &r, there, gone != NULL &&
		    str_glob(state->steps[i].id, gone), f);
	json_object_foreach(there, uuid, step)
		if (json_object_get(r.marked, uuid) == NULL)
			findings_add(f, &f->lost_events, "no record knows what "
			    "left marker %s of %s", uuid,
			    json_string_value(step));
}

/* report/facts.c - from a run's state to the facts of its report. */

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "journal/artifact.h"
#include "report/report.h"
#include "run/decision.h"
#include "run/timeline.h"

#define DRIFT_MAX	((size_t)32 << 20)	/* bytes of a drift file */

/* Null values are left out, so that what is there has been said by the run. */
static void
put_text(json_t *to, const char *key, const char *text)
{
	if (text != NULL)
		json_object_set_new(to, key, json_text(text, strlen(text)));
}

static void
put_time(json_t *to, const char *key, int64_t utc_us)
{
	char *text;

	if (utc_us <= 0)
		return;
	text = clock_rfc3339(NULL, utc_us);
	put_text(to, key, text);
	talloc_free(text);
}

static void
put_int(json_t *to, const char *key, int64_t value)
{
	json_object_set_new(to, key, json_integer(value));
}

static void
put_copy(json_t *to, const char *key, const json_t *value)
{
	if (value != NULL && !json_is_null(value))
		json_object_set_new(to, key, json_deep_copy(value));
}

static json_t *
statement_facts(const struct statement_state *st)
{
	json_t *j = json_object();

	put_int(j, "number", st->number);
	put_text(j, "text", st->text);
	put_text(j, "class", st->class_);
	put_text(j, "tag", st->tag);
	put_text(j, "lock", st->lock);
	if (st->ms >= 0)
		put_int(j, "ms", st->ms);
	if (st->rows >= 0)
		put_int(j, "rows", st->rows);
	put_copy(j, "error", st->error);
	return j;
}

static json_t *
attempt_facts(const struct attempt_state *a)
{
	json_t *j = json_object(), *statements = json_array();
	char *session = a->session == NULL ? NULL :
	    session_words(NULL, a->session);

	put_int(j, "number", a->number);
	put_text(j, "digest", a->digest);
	put_time(j, "planned_at", a->planned_us);
	put_time(j, "started_at", a->started_us);
	put_time(j, "finished_at", a->finished_us);
	if (a->started_us > 0 && a->finished_us > 0)
		put_int(j, "ms", (a->finished_us - a->started_us) / 1000);
	put_text(j, "outcome", a->outcome);
	put_text(j, "proof", a->proof);
	put_text(j, "query", a->query);
	put_copy(j, "session", a->session);
	put_text(j, "session_words", session);
	put_copy(j, "error", a->error);
	put_copy(j, "answer", a->answer);
	if (a->shown != NULL) {
		put_text(j, "text", json_str(a->shown, "text"));
		put_copy(j, "lines", json_object_get(a->shown, "lines"));
	}
	for (size_t i = 0; i < a->statement_count; i++)
		json_array_append_new(statements,
		    statement_facts(&a->statements[i]));
	json_object_set_new(j, "statements", statements);
	talloc_free(session);
	return j;
}

static json_t *
sign_facts(const struct sign_state *g)
{
	json_t *j = json_object();

	put_text(j, "decision", g->is_refusal ? "refused" : "signed");
	put_text(j, "principal", g->principal);
	put_text(j, "user", g->user);
	put_text(j, "role", g->role);
	put_text(j, "strength", g->strength);
	put_text(j, "key", g->key);
	put_text(j, "digest", g->digest);
	put_text(j, "reason", g->reason);
	put_text(j, "note", g->note);
	put_int(j, "attempt", g->attempt);
	put_time(j, "at", g->at_us);
	put_time(j, "expires_at", g->expires_us);
	json_object_set_new(j, "void", json_boolean(g->is_void));
	return j;
}

static json_t *
artifact_facts(const struct artifact_state *a)
{
	json_t *j = json_object();

	put_text(j, "name", a->name);
	put_text(j, "sha256", a->sha256);
	put_int(j, "size", a->size_bytes);
	put_text(j, "what", a->what);
	put_text(j, "step", a->step);
	if (a->attempt > 0)
		put_int(j, "attempt", a->attempt);
	return j;
}

static json_t *
artifacts_of(const struct run_state *s, const char *step)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->artifact_count; i++)
		if (step == NULL || str_equal(s->artifacts[i].step, step))
			json_array_append_new(list,
			    artifact_facts(&s->artifacts[i]));
	return list;
}

static json_t *
step_facts(const struct run_state *s, const struct step_state *st)
{
	json_t *j = json_object(), *attempts = json_array(), *signs = json_array();

	put_text(j, "id", st->id);
	put_text(j, "name", st->name);
	put_text(j, "kind", st->kind);
	put_text(j, "class", st->class_);
	put_text(j, "target", st->target);
	put_text(j, "why", st->why);
	put_text(j, "rollback", st->rollback);
	put_text(j, "status", step_status_word(st->status));
	put_text(j, "skip_reason", st->skip_reason);
	if (st->estimate_ms >= 0)
		put_int(j, "estimate_ms", st->estimate_ms);
	for (size_t i = 0; i < st->attempt_count; i++)
		json_array_append_new(attempts, attempt_facts(&st->attempts[i]));
	for (size_t i = 0; i < st->sign_count; i++)
		json_array_append_new(signs, sign_facts(&st->signs[i]));
	json_object_set_new(j, "attempts", attempts);
	json_object_set_new(j, "signs", signs);
	json_object_set_new(j, "artifacts", artifacts_of(s, st->id));
	return j;
}

static json_t *
phase_facts(const struct run_state *s, const struct phase_state *p)
{
	json_t *j = json_object(), *steps = json_array();

	put_text(j, "name", p->name);
	put_text(j, "title", p->title);
	json_object_set_new(j, "is_rollback", json_boolean(p->is_rollback));
	for (size_t i = 0; i < p->step_count; i++)
		json_array_append_new(steps,
		    step_facts(s, &s->steps[p->first_step + i]));
	json_object_set_new(j, "steps", steps);
	return j;
}

static json_t *
target_facts(const struct run_state *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->target_count; i++) {
		json_t *j = json_object();

		put_text(j, "name", s->targets[i].name);
		put_text(j, "environment", s->targets[i].environment);
		put_copy(j, "identity", s->targets[i].identity);
		put_text(j, "note", s->targets[i].note);
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *
note_facts(const struct run_state *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->note_count; i++) {
		json_t *j = json_object();

		put_time(j, "at", s->notes[i].at_us);
		put_text(j, "principal", s->notes[i].principal);
		put_text(j, "step", s->notes[i].step);
		put_text(j, "item", s->notes[i].item);
		put_text(j, "text", s->notes[i].text);
		json_array_append_new(list, j);
	}
	return list;
}

/* ---- who ------------------------------------------------------------- */

static void
add_person(json_t *people, const char *principal, const char *did)
{
	json_t *dids;

	if (principal == NULL)
		return;
	dids = json_object_get(people, principal);
	if (dids == NULL) {
		dids = json_array();
		json_object_set_new(people, principal, dids);
	}
	for (size_t i = 0; i < json_array_size(dids); i++)
		if (str_equal(json_string_value(json_array_get(dids, i)), did))
			return;
	json_array_append_new(dids, json_string(did));
}

/* {"ana": ["opened", "signed"], …}: everybody who left a trace. */
static json_t *
people_facts(const struct run_state *s)
{
	json_t *people = json_object();

	add_person(people, s->operator_, "opened the run");
	for (size_t i = 0; i < s->step_count; i++)
		for (size_t k = 0; k < s->steps[i].sign_count; k++)
			add_person(people, s->steps[i].signs[k].principal,
			    s->steps[i].signs[k].is_refusal ? "refused" : "signed");
	for (size_t i = 0; i < s->decision_count; i++)
		add_person(people, s->decisions[i].principal, "decided");
	for (size_t i = 0; i < s->note_count; i++)
		add_person(people, s->notes[i].principal, "noted");
	return people;
}

/* ---- drift ----------------------------------------------------------- */

static bool
is_drift(const struct artifact_state *a)
{
	return a->what != NULL && str_starts(a->what, "drift") &&
	    str_ends(a->name, ".json");
}

/* The item's last decision, in whichever step it was taken. */
static const struct decision_state *
decision_of(const struct run_state *s, const char *item)
{
	const struct decision_state *found = NULL;

	for (size_t i = 0; i < s->decision_count; i++)
		if (str_equal(s->decisions[i].item, item) &&
		    truth_is(s->decisions[i].truth))
			found = &s->decisions[i];
	return found;
}

/* Has somebody said something else on the item later? */
static bool
was_taken_back(const struct run_state *s, size_t word)
{
	const struct decision_state *d = &s->decisions[word];

	for (size_t i = word + 1; i < s->decision_count; i++)
		if (str_equal(s->decisions[i].item, d->item) &&
		    str_equal(s->decisions[i].principal, d->principal))
			return true;
	return false;
}

/* The words that people stand by: who, how strongly, what, why. */
static json_t *
words_on(const struct run_state *s, const char *item)
{
	json_t *words = json_array();

	for (size_t i = 0; i < s->decision_count; i++) {
		const struct decision_state *d = &s->decisions[i];
		char *text;

		if (!str_equal(d->item, item) || was_taken_back(s, i))
			continue;
		text = mem_printf(NULL, "%s (%s): %s%s%s%s%s", d->principal,
		    d->strength != NULL ? d->strength : "keystroke",
		    truth_words(d->truth), d->to != NULL ? " to " : "",
		    d->to != NULL ? d->to : "", d->reason != NULL ? ", " : "",
		    d->reason != NULL ? d->reason : "");
		json_array_append_new(words, json_text(text, strlen(text)));
		talloc_free(text);
	}
	return words;
}

static json_t *
item_facts(const struct run_state *s, const json_t *item)
{
	static const char *const kept[] = { "id", "class", "kind", "title",
	    "change", "reasons", "figures", "lock" };
	const struct decision_state *d = decision_of(s, json_str(item, "id"));
	json_t *j = json_object();

	for (size_t i = 0; i < COUNT_OF(kept); i++)
		put_copy(j, kept[i], json_object_get(item, kept[i]));
	json_object_set_new(j, "words", words_on(s, json_str(item, "id")));
	if (d == NULL)
		return j;
	put_text(j, "truth", d->truth);
	put_text(j, "truth_reason", d->reason);
	put_text(j, "principal", d->principal);
	return j;
}

static json_t *
drift_read(const char *folder, const struct artifact_state *a,
    struct error *err)
{
	struct artifact_info info = { .size_bytes = a->size_bytes };
	char *path = path_join(NULL, folder, a->name), *text;
	json_t *drift = NULL;
	size_t size;

	snprintf(info.name, sizeof(info.name), "%s", a->name);
	snprintf(info.sha256, sizeof(info.sha256), "%s", a->sha256);
	if (artifact_verify(folder, &info, err) == 0 &&
	    file_read(path, path, DRIFT_MAX, &text, &size, err) == 0 &&
	    json_parse(text, size, &drift, err) != 0)
		drift = NULL;
	talloc_free(path);
	return drift;
}

static json_t *
drift_facts(const struct run_state *s, const char *folder)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->artifact_count; i++) {
		const struct artifact_state *a = &s->artifacts[i];
		json_t *j, *drift, *items, *item;
		struct error err;
		size_t at;

		if (!is_drift(a))
			continue;
		error_clear(&err);
		j = json_object();
		items = json_array();
		put_text(j, "step", a->step);
		put_text(j, "artifact", a->name);
		drift = drift_read(folder, a, &err);
		if (drift == NULL)
			put_text(j, "problem", err.primary);
		json_array_foreach(json_object_get(drift, "items"), at, item)
			json_array_append_new(items, item_facts(s, item));
		json_object_set_new(j, "items", items);
		json_decref(drift);
		json_array_append_new(list, j);
	}
	return list;
}

/* ---- all of it ------------------------------------------------------- */

/* A rollback runbook that was not walked is no part of what happened. */
static json_t *
phases_facts(const struct run_state *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->phase_count; i++)
		if (!s->phases[i].is_rollback || s->in_rollback)
			json_array_append_new(list, phase_facts(s, &s->phases[i]));
	return list;
}

/* Who did what, and when; empty where the journal cannot be read to its end. */
static json_t *
moment_facts(const char *folder)
{
	void *scratch = talloc_new(NULL);
	json_t *list = json_array(), *j;
	struct moment *moments;
	struct error ignored;
	size_t count = 0, i;

	if (timeline_read(scratch, folder, &moments, &count, &ignored) < 0)
		count = 0;
	for (i = 0; i < count; i++) {
		j = json_object();
		put_time(j, "at", moments[i].at_us);
		put_text(j, "text", moments[i].text);
		json_array_append_new(list, j);
	}
	talloc_free(scratch);
	return list;
}

json_t *
report_facts(const struct run_state *s, const char *folder, const char *head)
{
	json_t *j = json_object();

	put_int(j, "report", 1);
	put_text(j, "run", s->run);
	put_text(j, "window", s->window);
	put_text(j, "title", s->title);
	put_text(j, "operator", s->operator_);
	put_text(j, "host", s->host);
	put_text(j, "version", s->version);
	put_time(j, "opened_at", s->opened_us);
	put_time(j, "last_event_at", s->last_us);
	put_time(j, "window_start", s->start_us);
	put_time(j, "window_end", s->end_us);
	json_object_set_new(j, "closed", json_boolean(s->is_closed));
	put_text(j, "outcome", s->outcome);
	put_text(j, "waits_for", s->is_closed ? NULL : state_waits_for(s));
	json_object_set_new(j, "rolled_back", json_boolean(s->in_rollback));
	put_int(j, "records", s->last_seq);
	put_text(j, "head", head);
	put_copy(j, "files", json_object_get(json_object_get(s->opened, "window"),
	    "files"));
	json_object_set_new(j, "targets", target_facts(s));
	json_object_set_new(j, "people", people_facts(s));
	json_object_set_new(j, "phases", phases_facts(s));
	json_object_set_new(j, "drift", drift_facts(s, folder));
	json_object_set_new(j, "notes", note_facts(s));
	json_object_set_new(j, "moments", moment_facts(folder));
	json_object_set_new(j, "artifacts", artifacts_of(s, NULL));
	put_copy(j, "values", s->values);
	return j;
}

/*
 * steps/review.c - kind "review": people say which side is right, item by
 * item; what they said becomes migrations.
 *
 * Decisions are journaled one by one, so that a review can be left and taken
 * up again.  It ends when every item is decided and somebody says so.
 */

#include <string.h>

#include "approval/approval.h"
#include "approval/decision.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/decision.h"
#include "schema/drift.h"
#include "steps/history.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/reconcile.h"
#include "steps/reconciliation.h"
#include "steps/spec.h"

#define QUESTION_MAX	((size_t)512 << 10)	/* bytes; a journal's record has its limit */
#define DOCUMENT_MAX	((size_t)256 << 20)

struct review_spec {
	const char	*items, *into;
};

static const char *const truth_names[] = {
	[TRUTH_UNDECIDED] = "undecided", [TRUTH_MIGRATIONS] = "migrations",
	[TRUTH_DATABASE] = "database", [TRUTH_OUT_OF_SCOPE] = "out_of_scope"
};

static enum drift_truth
truth_parse(const char *name)
{
	size_t i;

	for (i = 1; i < COUNT_OF(truth_names); i++)
		if (str_equal(name, truth_names[i]))
			return (enum drift_truth)i;
	return TRUTH_UNDECIDED;
}

/* ---- what is reviewed ------------------------------------------------------------------ */

static int
read_json(const void *owner, const char *path, json_t **value,
    struct error *err)
{
	char *text;
	size_t size;

	if (file_read(owner, path, DOCUMENT_MAX, &text, &size, err) < 0 ||
	    json_parse(text, size, value, err) < 0)
		return error_context(err, "\"%s\"", path);
	json_owned(owner, *value);
	return 0;
}

static struct schema_snapshot *
read_snapshot(const void *owner, const char *path, struct error *err)
{
	json_t *j;

	if (path == NULL) {
		error_set(err, ERR_RUNBOOK, "\"items\" names no drift step's result");
		return NULL;
	}
	return read_json(owner, path, &j, err) < 0 ? NULL :
	    schema_from_json(owner, j, err);
}

static const char *const *
texts_of(const void *owner, const json_t *list)
{
	const char **texts = NEW_ARRAY(owner, const char *,
	    json_array_size(list) + 1);
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		texts[i] = json_string_value(json_array_get(list, i));
	return texts;
}

/* The same comparison again, from what was kept of it: the same items. */
static struct drift *
load_drift(const void *owner, const json_t *value, struct error *err)
{
	struct schema_snapshot *expected, *actual;

	expected = read_snapshot(owner, json_str(value, "expected"), err);
	actual = expected == NULL ? NULL :
	    read_snapshot(owner, json_str(value, "actual"), err);
	return actual == NULL ? NULL : drift_compare(owner, expected, actual,
	    texts_of(owner, json_object_get(value, "unmanaged")));
}

static enum drift_truth
truth_of(const struct attempt *a, const struct drift_item *item)
{
	const struct decision_state *d = state_decision(a->host->run->state,
	    a->id, item->id);

	return d == NULL ? TRUTH_UNDECIDED : truth_parse(d->truth);
}

static const struct step_state *
step_of(const struct attempt *a)
{
	return state_step(a->host->run->state, a->id);
}

/* ---- deciding ----------------------------------------------------------------------------- */

static int
decide(struct attempt *a, const char *item, const json_t *word,
    const char *principal, struct error *err)
{
	const struct signer who = { .principal = principal, .user = principal,
	    .uid = -1, .strength = "prepared" };
	json_t *data = json_pack("{s:s, s:s, s:s, s:s*, s:s, s:s}", "step",
	    a->id, "item", item, "truth", json_str_or(word, "truth", ""),
	    "reason", json_str(word, "reason"), "principal", principal,
	    "strength", who.strength);

	if (decision_may_be(a->host->run->state, step_of(a), data, &who,
	    err) == 0)
		return run_append(a->host->run, EVENT_DECIDED, data, err);
	json_decref(data);
	return -1;
}

/* What stays unmanaged is out of scope unless somebody says otherwise. */
static int
decide_unmanaged(struct attempt *a, const struct drift *d, struct error *err)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (d->items[i].class_ == 'C' &&
		    truth_of(a, &d->items[i]) == TRUTH_UNDECIDED &&
		    run_append(a->host->run, EVENT_DECIDED, json_pack(
		    "{s:s, s:s, s:s, s:s, s:s}", "step", a->id, "item",
		    d->items[i].id, "truth", "out_of_scope", "reason",
		    "class C stays unmanaged", "principal", "runbook"),
		    err) < 0)
			return -1;
	return 0;
}

/*
 * What people say is journaled by the engine when they say it; who ends the
 * review is taken at his word once all is decided.
 */
static int
wait_for_people(struct attempt *a, const struct drift *d, char **principal,
    struct error *err)
{
	const struct run_state *s = a->host->run->state;
	size_t seen = s->decision_count + 1;
	json_t *intent;
	bool is_over = false;

	while (!is_over) {
		if (seen != s->decision_count) {
			seen = s->decision_count;
			attempt_progress(a, (int64_t)(d->count -
			    state_undecided(s, step_of(a))),
			    (int64_t)d->count, "items", NULL);
		}
		if (attempt_check(a, err) < 0)
			return -1;
		intent = a->host->take_intent(a->host->arg);
		if (intent == NULL) {
			loop_sleep(a->host->loop, 20, &a->is_cancelled);
			continue;
		}
		is_over = str_equal(json_str(intent, "type"),
		    "finish_review") && review_is_met(s, step_of(a),
		    NULL) == 0;
		if (is_over)
			*principal = mem_strdup(a,
			    json_str_or(intent, "principal", ""));
		json_decref(intent);
	}
	return 0;
}

/*
 * The first prepared decision that fits: "item" is an id, a title or a key;
 * for class A also a pattern on one of these, or on "A key" ("A *").  What
 * may destroy is named, one by one.
 */
static const json_t *
prepared_for(const json_t *decisions, const struct drift_item *item)
{
	char *with_class = mem_printf(NULL, "%c %s", item->class_, item->key);
	const json_t *found = NULL;
	bool is_many = item->class_ != 'B';
	const char *pattern;
	json_t *each;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)decisions, i, each) {
		pattern = json_str_or(each, "item", "");
		if (found == NULL && (str_equal(item->id, pattern) ||
		    str_equal(item->title, pattern) ||
		    str_equal(item->key, pattern) ||
		    str_equal(with_class, pattern) ||
		    (is_many && (str_glob(item->title, pattern) ||
		    str_glob(item->key, pattern) ||
		    str_glob(with_class, pattern)))))
			found = each;
	}
	talloc_free(with_class);
	return found;
}

static int
take_prepared(struct attempt *a, const struct drift *d, char **principal,
    struct error *err)
{
	struct error why = { 0 }, refused = { 0 };
	json_t *prepared = NULL;
	const struct run_state *s = a->host->run->state;
	const json_t *one;
	size_t i, left;
	int rc = 0;

	/* What was signed elsewhere and lies there comes first. */
	json_decref(a->host->take_intent(a->host->arg));
	if (review_is_met(s, step_of(a), &why) == 0) {
		*principal = mem_strdup(a, "signed");
		return 0;
	}
	error_clear(err);
	if (a->host->approvals != NULL)
		prepared = approval_prepared(a->host->approvals, a->id, err);
	if (prepared == NULL && err->code != ERR_NONE)
		return -1;
	*principal = mem_strdup(a, json_str_or(prepared, "principal",
	    "prepared"));
	for (i = 0; i < d->count && rc == 0; i++) {
		if (truth_of(a, &d->items[i]) != TRUTH_UNDECIDED)
			continue;
		one = prepared_for(json_object_get(prepared, "decisions"),
		    &d->items[i]);
		if (one != NULL)
			rc = decide(a, d->items[i].id, one, *principal, &why);
		/* Who may not decide does not: it waits for who may. */
		if (rc < 0 && why.code == ERR_POLICY) {
			refused = why;
			rc = 0;
		}
	}
	if (rc < 0 && err != NULL)
		*err = why;
	json_decref(prepared);
	left = state_undecided(s, step_of(a));
	if (rc < 0 || left == 0)
		return rc;
	error_set(err, ERR_WAITING, "%zu of %zu items are not decided", left,
	    d->count);
	if (refused.code != ERR_NONE || review_is_met(s, step_of(a),
	    &refused) != 0)
		error_detail(err, "%s", refused.primary);
	error_hint(err, "prepare \"decisions\" for step \"%s\", or attach to the run",
	    a->id);
	return -1;
}

/* The items as they were measured; without what is long where they are many. */
static json_t *
question_new(const void *owner, struct attempt *a, const json_t *value,
    struct error *err)
{
	const struct step *step = a->step;
	json_t *document, *items, *each;
	const char *file = json_str_or(value, "file", "");
	size_t i;

	if (read_json(owner, file, &document, err) < 0)
		return NULL;
	items = json_deep_copy(json_object_get(document, "items"));
	if (json_dumpb(items, NULL, 0, JSON_COMPACT) > QUESTION_MAX)
		json_array_foreach(items, i, each) {
			json_object_del(each, "forward_sql");
			json_object_del(each, "codify_sql");
			json_object_del(each, "attributes");
		}
	return json_pack("{s:s, s:s, s:o, s:o*}", "type", "review", "file",
	    file, "items", items, "rule", step->approval.given ?
	    approval_rule_json(step, a->host->window, CLASS_R, NULL) : NULL);
}

static int
decide_all(struct attempt *a, const void *owner, const struct drift *d,
    const json_t *value, struct error *err)
{
	json_t *question = question_new(owner, a, value, err);
	char *principal = NULL;
	int rc;

	if (question == NULL || attempt_event(a, EVENT_ASKED, json_pack(
	    "{s:o}", "question", question), err) < 0 ||
	    decide_unmanaged(a, d, err) < 0)
		return -1;
	rc = a->host->is_headless ? take_prepared(a, d, &principal, err) :
	    wait_for_people(a, d, &principal, err);
	if (rc < 0)
		return -1;
	return attempt_event(a, EVENT_ANSWERED, json_pack(
	    "{s:{s:I}, s:s}", "answer", "decided", (json_int_t)d->count,
	    "principal", principal), err);
}

/* ---- run -------------------------------------------------------------------------------------- */

static char *
folder_for(const void *owner, struct attempt *a, struct error *err)
{
	const struct review_spec *spec = a->step->spec;
	char *folder;

	if (spec->into != NULL)
		return attempt_path(owner, a, spec->into, err);
	folder = attempt_folder(owner, a);
	folder = path_join(owner, a->host->run->folder, folder);
	return path_join(owner, folder, "migrations");
}

static int
write_all(struct attempt *a, const void *owner, const struct drift *d,
    const json_t *value, struct error *err)
{
	enum drift_truth *truths = NEW_ARRAY(owner, enum drift_truth,
	    d->count + 1);
	struct reconciliation r = { 0 };
	size_t i;

	for (i = 0; i < d->count; i++)
		truths[i] = truth_of(a, &d->items[i]);
	r.drift = d;
	r.truths = truths;
	r.from = json_str_or(value, "migrations", "");
	i = (size_t)layout_parse(json_str_or(value, "layout", "prisma"));
	r.layout = (enum migrations_layout)i;
	r.into = folder_for(owner, a, err);
	if (r.into == NULL || reconciliation_write(owner, a, &r, err) < 0)
		return -1;
	return attempt_register(a, json_pack("{s:s, s:i, s:i, s:s, s:I}",
	    "dir", r.into, "forward", r.forward_count, "codified",
	    r.codified_count, "sha256", r.sha256, "decided",
	    (json_int_t)d->count), err);
}

static int
review(struct attempt *a, const void *owner, struct error *err)
{
	const struct review_spec *spec = a->step->spec;
	const json_t *value = scope_get(a->scope, spec->items);
	struct drift *d;

	if (value == NULL)
		return error_set(err, ERR_RUNBOOK,
		    "no step has registered \"%s\"", spec->items);
	d = load_drift(owner, value, err);
	if (d == NULL || decide_all(a, owner, d, value, err) < 0)
		return -1;
	return write_all(a, owner, d, value, err);
}

static int
run(struct attempt *a, struct error *err)
{
	void *owner = talloc_new(NULL);
	int rc = review(a, owner, err);

	talloc_free(owner);
	return rc;
}

/* ---- before anything runs ------------------------------------------------------------------------ */

static int
plan(struct attempt *a, struct error *err)
{
	const struct review_spec *spec = a->step->spec;
	const json_t *value = scope_get(a->scope, spec->items);
	char *text = mem_printf(NULL, "review the items of \"%s\"",
	    spec->items);
	struct plan *p = plan_text(a, CLASS_R, "people decide; files are written",
	    text);

	(void)err;
	if (value != NULL)
		plan_line(p, "%lld items: %lld of class A, %lld of B, %lld of C",
		    (long long)json_int(value, "items", 0),
		    (long long)json_int(value, "a", 0),
		    (long long)json_int(value, "b", 0),
		    (long long)json_int(value, "c", 0));
	talloc_free(text);
	return 0;
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "people decide; files are written");
	return CLASS_R;
}

static const struct key keys[] = {
	{ "items", KEY_TEXT, KEY_REQUIRED, offsetof(struct review_spec, items),
	  "the name that a drift step registered", NULL, 0, 0 },
	{ "into", KEY_TEXT, KEY_EXPANDS, offsetof(struct review_spec, into),
	  "the folder that gets the migrations (default: in the run's evidence)",
	  NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_review = {
	{ "review", "a source of truth for each drift item, and the migrations that follow",
	  "items", keys, sizeof(struct review_spec), NULL, NULL, deserves },
	plan, run, NULL
};

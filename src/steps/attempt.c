/*
 * steps/attempt.c - an attempt's life and its values.
 */

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "steps/attempt.h"
#include "steps/expect.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/private.h"
#include "steps/statements.h"

#define GUARDED_LOCK_TIMEOUT_MS	2000
#define GUARDED_QUEUE_LIMIT	5

enum environment
attempt_environment(const struct attempt *a, const char *target)
{
	const struct run_state *state = a->host->run == NULL ? NULL :
	    a->host->run->state;
	const struct target *t;
	size_t i;

	if (target == NULL)
		target = a->step->target;
	for (i = 0; state != NULL && i < state->target_count; i++)
		if (str_equal(state->targets[i].name, target))
			return (enum environment)environment_parse(
			    state->targets[i].environment);
	t = target == NULL ? NULL : window_target(a->host->window, target);
	return t != NULL ? t->environment : ENV_LOCAL;
}

/* Where others work, an attempt must not stand in their way for long. */
static bool
is_guarded(const struct attempt *a)
{
	return environment_is_guarded(attempt_environment(a, NULL));
}

struct attempt *
attempt_new(const void *owner, struct step_host *host, const struct step *step,
    const char *id, int number)
{
	struct attempt *a = NEW(owner, struct attempt);

	a->host = host;
	a->step = step;
	a->scope = step_scope(a, host->scope, step);
	a->id = mem_strdup(a, id);
	a->number = number;
	a->uuid = uuid_new(a);
	a->lock_timeout_ms = step->lock_timeout_ms >= 0 ?
	    step->lock_timeout_ms : is_guarded(a) ?
	    GUARDED_LOCK_TIMEOUT_MS : 0;
	a->statement_timeout_ms = step->statement_timeout_ms >= 0 ?
	    step->statement_timeout_ms : 0;
	a->queue_limit = step->queue_limit >= 0 ? step->queue_limit :
	    is_guarded(a) ? GUARDED_QUEUE_LIMIT : 0;
	a->private_ = NEW(a, struct attempt_private);
	return a;
}

const struct attempt_state *
attempt_before(const struct attempt *a)
{
	const struct step_state *step = a->host->run == NULL ? NULL :
	    state_step(a->host->run->state, a->id);
	size_t i;

	for (i = step != NULL ? step->attempt_count : 0; i > 0; i--) {
		const struct attempt_state *was = &step->attempts[i - 1];

		if (was->number >= a->number || was->started_us == 0)
			continue;
		return str_equal(was->outcome, "done") ? NULL : was;
	}
	return NULL;
}

/* What the step's "database" key says, where its kind has one. */
static const char *
other_database(const struct step *s)
{
	const struct key *k;

	for (k = s->kind->keys; k->name != NULL; k++)
		if (str_equal(k->name, "database"))
			return *(const char *const *)
			    ((const char *)s->spec + k->offset);
	return NULL;
}

int
attempt_plan(struct attempt *a, struct error *err)
{
	const char *database = other_database(a->step);

	if (database != NULL && (a->database = attempt_expand(a, a, database,
	    err)) == NULL)
		return error_context(err, "could not plan step \"%s\"", a->id);
	if (step_kind_of(a->step)->plan(a, err) < 0)
		return error_context(err, "could not plan step \"%s\"", a->id);
	tripwires_plan(a);
	plan_keep_figures(a);
	return 0;
}

static void
time_is_up(void *arg)
{
	struct attempt *a = arg;

	if (a->is_cancelled)
		return;
	a->private_->is_timed_out = true;
	a->is_cancelled = true;
}

int
attempt_check(const struct attempt *a, struct error *err)
{
	if (!a->is_cancelled)
		return 0;
	return error_set(err, ERR_CANCELLED, "the step was cancelled");
}

/* The step's own "verify": a query and what it must give, read only. */
static int
run_verify_query(struct attempt *a, struct error *err)
{
	const struct verify_rule *verify = &a->step->verify;
	struct statements_options o = { NULL, true, true, verify->expect, NULL };
	struct pg_session *s;
	char *sql;
	int rc = -1;

	if (verify->query == NULL)
		return 0;
	sql = attempt_sql(NULL, a, verify->query, err);
	s = sql == NULL ? NULL : attempt_session(a, NULL, NULL, err);
	o.sql = sql;
	if (s != NULL)
		rc = statements_run(sql, a, s, &o, NULL, err);
	talloc_free(sql);
	return rc < 0 ? error_context(err, "the step's verify query") : 0;
}

static int
keep_attached(struct attempt *a, struct error *err)
{
	const char **p;
	char *path;
	int rc = 0;

	for (p = a->step->attach; p != NULL && *p != NULL && rc == 0; p++) {
		path = attempt_path(NULL, a, *p, err);
		rc = path == NULL ? -1 : attempt_attach(a, path,
		    "attached by the step", err);
		talloc_free(path);
	}
	return rc;
}

static int
run_all(struct attempt *a, struct error *err)
{
	if (attempt_check(a, err) < 0)
		return -1;
	if (step_kind_of(a->step)->run(a, err) < 0)
		return -1;
	if (run_verify_query(a, err) < 0)
		return -1;
	return keep_attached(a, err);
}

int
attempt_run(struct attempt *a, struct error *err)
{
	struct loop_timer *timer = NULL;
	void *watching;
	struct error late;
	int rc;

	if (a->step->timeout_ms > 0)
		timer = loop_timer_new(a, a->host->loop, a->step->timeout_ms, 0,
		    time_is_up, a);
	a->private_->is_running = true;
	rc = tripwires_start(a, &watching, err);
	if (rc == 0)
		rc = run_all(a, err);
	a->private_->is_running = false;
	talloc_free(watching);
	talloc_free(timer);
	if (rc < 0 && a->is_committed)
		error_context(err, "what the step did is committed, but then");
	if (rc < 0 && err->code == ERR_CANCELLED && a->private_->is_timed_out) {
		char *limit = duration_short(NULL, a->step->timeout_ms);

		error_set(err, ERR_TIMEOUT,
		    "the step did not end within its timeout of %s", limit);
		talloc_free(limit);
	} else if (rc < 0 && err->code == ERR_CANCELLED &&
	    !tripwires_tell_why(a, err)) {
		watch_tell_why(a, err);
	}
	/* Evidence that cannot be kept is a failure, but never hides one. */
	if (output_finish(a, rc < 0 ? &late : err) < 0) {
		if (rc == 0 && a->is_committed)
			error_context(err,
			    "what the step did is committed, but then");
		rc = -1;
	}
	return rc;
}

/* The first value of a query, read only; a result without a row is null. */
static int
ask_answer(const void *owner, struct attempt *a, const char *sql,
    struct answer *answer, struct error *err)
{
	struct pg_session *s = attempt_session(a, NULL, NULL, err);
	struct pg_result *r;

	if (s == NULL || pg_exec_script(s, "BEGIN READ ONLY", err) < 0 ||
	    pg_exec(owner, s, sql, 0, NULL, &r, err) < 0 ||
	    pg_exec_script(s, "COMMIT", err) < 0)
		return -1;
	answer->has_rows = true;
	answer->rows = r->rows;
	answer->value = r->rows > 0 ? pg_value(r, 0, 0) : NULL;
	return 0;
}

/*
 * It took effect, and nobody was there to verify it: that is made up for.
 * What does not hold is for a person to look at, not to be done again.
 */
static int
verify_late(struct attempt *a, enum outcome *outcome, char proof[256],
    char query[512], struct error *err)
{
	const struct verify_rule *verify = &a->step->verify;
	char *sql = attempt_sql(NULL, a, verify->query, err);
	struct answer answer = { 0 };
	int rc = sql == NULL ? -1 : ask_answer(sql, a, sql, &answer, err);
	bool says_no = rc < 0 && err->code == ERR_SQL;

	if (rc == 0)
		says_no = expect_holds(a, verify->expect, &answer, err) < 0;
	if (says_no) {
		rc = 0;
		*outcome = OUTCOME_UNKNOWN;
		snprintf(proof, 256, "it took effect, but its verify query: "
		    "%.200s", err->primary);
		snprintf(query, 512, "%.500s", sql);
	}
	talloc_free(sql);
	return rc;
}

int
attempt_settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	const struct step_kind *kind = step_kind_of(a->step);

	a->private_->is_settling = true;
	proof[0] = query[0] = '\0';
	if (kind->settle == NULL) {
		*outcome = OUTCOME_NOT_DONE;
		snprintf(proof, 256, "the step changes nothing");
		return 0;
	}
	if (kind->settle(a, was, outcome, proof, query, err) < 0)
		return -1;
	return *outcome == OUTCOME_DONE && a->step->verify.query != NULL ?
	    verify_late(a, outcome, proof, query, err) : 0;
}

/* ---- values -------------------------------------------------------------- */

/* "pgrunbook plan": what has no value yet stays as it is written. */
static char *
expand_dry(const void *owner, const struct scope *scope, const char *text)
{
	struct buffer *b = buffer_new(NULL);
	const char *open, *close;
	char *name, *value, *result;

	for (; (open = strstr(text, "{{")) != NULL; text = close) {
		close = strstr(open, "}}");
		if (close == NULL)
			break;
		close += 2;
		buffer_add(b, text, (size_t)(open - text));
		name = mem_strndup(b, open + 2, (size_t)(close - open - 4));
		value = scope_text(b, scope, str_trim(b, name));
		if (value != NULL)
			buffer_puts(b, value);
		else
			buffer_add(b, open, (size_t)(close - open));
	}
	buffer_puts(b, text);
	result = mem_strdup(owner, b->data);
	talloc_free(b);
	return result;
}

char *
attempt_expand(const void *owner, struct attempt *a, const char *text,
    struct error *err)
{
	if (a->is_dry)
		return expand_dry(owner, a->scope, text);
	return scope_expand(owner, a->scope, text, err);
}

char *
attempt_path(const void *owner, struct attempt *a, const char *path,
    struct error *err)
{
	char *expanded = attempt_expand(owner, a, path, err);
	char *folder, *joined;

	if (expanded == NULL || expanded[0] == '/' ||
	    str_starts(expanded, "{{"))
		return expanded;
	folder = path_folder(expanded, a->step->file);
	joined = path_join(owner, folder, expanded);
	talloc_free(expanded);
	return joined;
}

static json_t *
expand_text(struct attempt *a, const json_t *value, struct error *err)
{
	char *text = attempt_expand(NULL, a, json_string_value(value), err);
	json_t *j = text == NULL ? NULL : json_string(text);

	talloc_free(text);
	return j;
}

static json_t *
expand_object(struct attempt *a, const json_t *value, struct error *err)
{
	json_t *result = json_object(), *item;
	const char *key;
	void *iter;

	for (iter = json_object_iter((json_t *)(uintptr_t)value); iter != NULL;
	    iter = json_object_iter_next((json_t *)(uintptr_t)value, iter)) {
		key = json_object_iter_key(iter);
		item = attempt_expand_json(a, json_object_iter_value(iter), err);
		if (item == NULL) {
			json_decref(result);
			return NULL;
		}
		json_object_set_new(result, key, item);
	}
	return result;
}

json_t *
attempt_expand_json(struct attempt *a, const json_t *value, struct error *err)
{
	json_t *result, *item;
	size_t i;

	if (json_is_string(value))
		return expand_text(a, value, err);
	if (json_is_object(value))
		return expand_object(a, value, err);
	if (!json_is_array(value))
		return json_deep_copy(value);
	result = json_array();
	for (i = 0; i < json_array_size(value); i++) {
		item = attempt_expand_json(a, json_array_get(value, i), err);
		if (item == NULL) {
			json_decref(result);
			return NULL;
		}
		json_array_append_new(result, item);
	}
	return result;
}

struct sql_values {
	const void	*owner;
	const struct attempt *attempt;
};

static const char *
sql_value(void *arg, const char *name)
{
	const struct sql_values *v = arg;
	const char *text = scope_text(v->owner, v->attempt->scope, name);

	if (text == NULL && v->attempt->is_dry)
		text = mem_printf(v->owner, "{{%s}}", name);
	return text;
}

char *
attempt_sql(const void *owner, struct attempt *a, const char *text,
    struct error *err)
{
	struct sql_values v = { talloc_new(NULL), a };
	char *sql = sql_expand(owner, text, sql_value, &v, err);

	talloc_free((void *)(uintptr_t)v.owner);
	return sql;
}

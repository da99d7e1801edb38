/*
 * steps/session.c - an attempt's sessions: the right database, the settings
 * that were asked for, and both looked at before anything runs.
 */

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/pooler.h"
#include "steps/attempt.h"
#include "steps/private.h"

/* ---- targets ------------------------------------------------------------- */

static const char *
target_name(const struct attempt *a, const char *target, struct error *err)
{
	if (target == NULL)
		target = a->step->target;
	if (target == NULL) {
		error_set(err, ERR_RUNBOOK, "step \"%s\" has no target", a->id);
		error_hint(err, "write \"target: NAME\" in the step or its runbook");
	}
	return target;
}

const struct pg_target *
attempt_target(struct attempt *a, const char *target, const char *database,
    struct error *err)
{
	struct opened_target *o;
	const struct pg_target *t;

	target = target_name(a, target, err);
	t = target == NULL ? NULL :
	    a->host->target(a->host->arg, target, err);
	if (t == NULL || database == NULL)
		return t;
	for (o = a->private_->targets; o != NULL; o = o->next)
		if (str_equal(o->target, target) &&
		    str_equal(o->database, database))
			return o->with_database;
	o = NEW(a, struct opened_target);
	o->target = mem_strdup(o, target);
	o->database = mem_strdup(o, database);
	o->with_database = pg_target_with_database(o, t, database);
	o->next = a->private_->targets;
	a->private_->targets = o;
	return o->with_database;
}

static void
show_notice(void *arg, const char *severity, const char *text)
{
	struct attempt *a = arg;
	char *line = mem_printf(NULL, "%s:  %s\n", severity, text);

	/* A callback of the loop: the failure is told at the next write. */
	if (attempt_output(a, 2, line, strlen(line),
	    &a->private_->output_error) < 0)
		a->is_cancelled = true;
	talloc_free(line);
}

const json_t *
attempt_pinned(const struct attempt *a, const char *target)
{
	const struct run_state *state = a->host->run->state;
	size_t i;

	if (target == NULL)
		target = a->step->target;
	for (i = 0; i < state->target_count; i++)
		if (str_equal(state->targets[i].name, target))
			return state->targets[i].identity;
	return NULL;
}

/* Is it still the database that was pinned when the run began? */
static int
compare_identity(struct attempt *a, const char *target, const char *database,
    struct pg_session *s, struct error *err)
{
	const json_t *known = attempt_pinned(a, target);
	struct pg_identity *now;
	json_t *pinned;
	int rc;

	if (known == NULL)
		return 0;
	pinned = json_copy((json_t *)(uintptr_t)known);
	if (database != NULL)
		json_object_set_new(pinned, "database", json_string(database));
	now = pg_identity_read(NULL, s, err);
	/* Another database may say nothing of its environment, but no other. */
	if (database != NULL && now != NULL && now->environment[0] == '\0')
		json_object_del(pinned, "environment");
	rc = now == NULL ? -1 : pg_identity_compare(pinned, now, err);
	json_decref(pinned);
	talloc_free(now);
	return rc;
}

/* ---- settings -------------------------------------------------------------- */

#define WISHES_MAX	8

struct wishes {
	struct pg_setting list[WISHES_MAX];
	size_t		 count;
};

static void
wish(struct wishes *w, const char *name, const char *value)
{
	if (w->count < WISHES_MAX)
		w->list[w->count++] = (struct pg_setting){ name, value };
}

static const char *
number(const void *owner, int64_t n)
{
	return mem_printf(owner, "%" PRId64, n);
}

/* As the server writes it back: quoted where it has to be. */
static int
wish_schema(struct wishes *w, const void *owner, struct pg_session *s,
    const struct pg_target *t, struct error *err)
{
	char *schema;

	if (!t->says_schema)
		return 0;
	if (pg_scalar(owner, s, "SELECT pg_catalog.quote_ident($1)", 1,
	    &t->schema, &schema, err) != 0)
		return -1;
	wish(w, "search_path", schema);
	return 0;
}

/* All that a step's session is to have, whatever role or database say. */
static int
wishes_of(struct wishes *w, const void *owner, const struct attempt *a,
    struct pg_session *s, const struct pg_target *t, struct error *err)
{
	wish(w, "lock_timeout", number(owner, a->lock_timeout_ms));
	wish(w, "statement_timeout", number(owner, a->statement_timeout_ms));
	wish(w, "idle_in_transaction_session_timeout", "0");
	if (pg_server_version(s) >= 140000)
		wish(w, "idle_session_timeout", "0");
	if (pg_server_version(s) >= 170000)
		wish(w, "transaction_timeout", "0");
	/* What is acknowledged has to outlast a crash of the server. */
	wish(w, "synchronous_commit", "on");
	return wish_schema(w, owner, s, t, err);
}

static int
set_wishes(const void *owner, struct pg_session *s, const struct wishes *w,
    struct error *err)
{
	struct buffer *sql = buffer_new(owner);
	size_t i;

	for (i = 0; i < w->count; i++)
		buffer_printf(sql, "SET %s = %s;", w->list[i].name,
		    str_equal(w->list[i].name, "search_path") ?
		    w->list[i].value :
		    pg_quote_literal(owner, w->list[i].value));
	return pg_exec_script(s, sql->data, err);
}

static struct opened_session *
opened_of(const struct attempt *a, const struct pg_session *s)
{
	struct opened_session *o = a->private_->sessions;

	while (o != NULL && o->session != s)
		o = o->next;
	return o;
}

/* Evidence of what the attempt runs under; once, until something changes. */
static int
tell_settings(struct opened_session *o, struct error *err)
{
	struct attempt *a = o->attempt;

	if (!a->private_->is_running || o->settings_told)
		return 0;
	o->settings_told = true;
	return attempt_event(a, EVENT_SETTINGS_READ, json_pack(
	    "{s:s, s:s, s:i, s:b, s:O}", "target", o->target, "database",
	    pg_session_target(o->session)->dbname, "pid",
	    pg_backend_pid(o->session), "pooled", pg_pooled(o->session),
	    "settings", o->settings), err);
}

int
session_settings_hold(struct attempt *a, struct pg_session *s,
    const struct pg_setting *asked, size_t count, struct error *err)
{
	struct opened_session *o = opened_of(a, s);
	struct error untold = { 0 };
	json_t *told;
	int rc = pg_settings_read(s, asked, count, &told, err);

	if (told == NULL)
		return -1;
	if (o != NULL && !json_equal(o->settings, told)) {
		o->settings = json_owned(o, json_incref(told));
		o->settings_told = false;
	}
	json_decref(told);
	/* Also what does not hold is evidence, of why nothing ran. */
	if (o != NULL && tell_settings(o, &untold) < 0) {
		*err = untold;
		rc = -1;
	}
	return rc;
}

static int
prepare_session(struct attempt *a, const struct pg_target *t,
    struct pg_session *s, json_t **told, struct error *err)
{
	void *owner = talloc_new(NULL);
	struct wishes w = { .count = 0 };
	char *run = pg_quote_literal(owner,
	    a->host->run->state->run != NULL ? a->host->run->state->run : "");
	struct error ignored;
	int rc;

	rc = wishes_of(&w, owner, a, s, t, err);
	if (rc == 0)
		rc = set_wishes(owner, s, &w, err);
	if (rc == 0)
		rc = pg_exec_script(s, mem_printf(owner,
		    "SET pgrunbook.run = %s", run), err);
	/*
	 * The server is to notice when we are killed: what runs in a
	 * transaction then ends.  Not every platform's server can look.
	 */
	if (rc == 0 && pg_server_version(s) >= 140000 && pg_exec_script(s,
	    "SET client_connection_check_interval = '2s'", &ignored) < 0 &&
	    !pg_alive(s)) {
		*err = ignored;
		rc = -1;
	}
	if (rc == 0)
		rc = pg_settings_read(s, w.list, w.count, told, err);
	talloc_free(owner);
	return rc;
}

/* ---- sessions ------------------------------------------------------------ */

/* *told gets its settings as they were read back: a new reference, or null. */
static struct pg_session *
open_session(const void *owner, struct attempt *a, const char *target,
    const char *database, const bool *cancel, json_t **told,
    struct error *err)
{
	const struct pg_target *t = attempt_target(a, target, database, err);
	struct pg_options options = { 0 };
	struct pg_session *s;

	*told = NULL;
	if (t == NULL)
		return NULL;
	options.application_name = "pgrunbook";
	options.cancel = cancel;
	options.is_question = a->private_->is_settling;
	options.on_notice = show_notice;
	options.arg = a;
	s = pg_open(owner, a->host->loop, t, &options, err);
	if (s == NULL)
		return NULL;
	if (pg_need_session(a->host->loop, s, mem_printf(s, "step \"%s\" "
	    "(%s): its settings and locks are of a session", a->id,
	    a->step->kind->name), err) == 0 &&
	    compare_identity(a, target_name(a, target, err), database, s,
	    err) == 0 && prepare_session(a, t, s, told, err) == 0)
		return s;
	json_decref(*told);
	pg_close(s);
	return NULL;
}

struct pg_session *
attempt_session_new(const void *owner, struct attempt *a, const char *target,
    const char *database, bool for_cleanup, struct error *err)
{
	json_t *told;
	struct pg_session *s = open_session(owner, a, target, database,
	    for_cleanup ? NULL : &a->is_cancelled, &told, err);

	if (s != NULL)
		json_decref(told);
	return s;
}

static struct opened_session *
find_open(const struct attempt *a, const char *target, const char *database)
{
	struct opened_session *o;

	for (o = a->private_->sessions; o != NULL; o = o->next)
		if (str_equal(o->target, target) &&
		    str_equal(o->database, database) &&
		    o->session != NULL && pg_alive(o->session))
			return o;
	return NULL;
}

static struct opened_session *
open_kept(struct attempt *a, const char *target, const char *database,
    struct error *err)
{
	struct opened_session *o = NEW(a, struct opened_session);
	json_t *told;

	o->attempt = a;
	o->target = mem_strdup(o, target);
	o->database = mem_strdup(o, database);
	o->session = open_session(o, a, target, database, &a->is_cancelled,
	    &told, err);
	if (o->session == NULL) {
		talloc_free(o);
		return NULL;
	}
	o->settings = json_owned(o, told);
	o->next = a->private_->sessions;
	a->private_->sessions = o;
	return o;
}

struct pg_session *
attempt_session(struct attempt *a, const char *target, const char *database,
    struct error *err)
{
	struct opened_session *o;

	target = target_name(a, target, err);
	if (target == NULL)
		return NULL;
	o = find_open(a, target, database);
	if (o == NULL)
		o = open_kept(a, target, database, err);
	return o != NULL && tell_settings(o, err) == 0 ? o->session : NULL;
}

void
attempt_close(struct attempt *a, struct pg_session *s)
{
	struct opened_session *o;

	for (o = a->private_->sessions; o != NULL; o = o->next) {
		if (o->session != s)
			continue;
		/* The watch looks at a backend that is about to go. */
		TALLOC_FREE(o->watcher);
		o->session = NULL;
	}
	pg_close(s);
}

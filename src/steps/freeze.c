/*
 * steps/freeze.c - kinds "freeze" and "unfreeze": other sessions' DDL stops.
 *
 * A superuser gets an event trigger, which refuses schema changes of every
 * session that does not name this run in pgrunbook.run (ours do).  Others get
 * a watched schema fingerprint: a change is not stopped, but it is seen.
 * The event trigger does not fire for TRUNCATE nor for roles and databases.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/snapshot.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"
#include "steps/statements.h"

#define LIFT \
	"DROP EVENT TRIGGER IF EXISTS pgrunbook_freeze;\n" \
	"DROP FUNCTION IF EXISTS pgrunbook.freeze();"

struct freeze_spec {
	const char	*reason;
	const char	*frozen;
	const char	*database;
};

/* ---- the statements ------------------------------------------------------------- */

static char *
freeze_sql(const void *owner, const char *run, const char *reason)
{
	char *id = pg_quote_literal(owner, run);
	char *text = pg_quote_literal(owner, reason);

	return mem_printf(owner,
	    LIFT "\n"
	    "CREATE FUNCTION pgrunbook.freeze() RETURNS event_trigger\n"
	    "LANGUAGE plpgsql AS $pgrunbook$\n"
	    "BEGIN\n"
	    "    IF current_setting('pgrunbook.run', true) IS DISTINCT FROM %s THEN\n"
	    "        RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',\n"
	    "            MESSAGE = 'schema changes are frozen: ' || tg_tag || ' is refused',\n"
	    "            DETAIL = %s,\n"
	    "            HINT = 'the window lifts it, see pgrunbook attach ' || %s;\n"
	    "    END IF;\n"
	    "END $pgrunbook$;\n"
	    "CREATE EVENT TRIGGER pgrunbook_freeze ON ddl_command_start\n"
	    "    EXECUTE FUNCTION pgrunbook.freeze();", id, text, id);
}

static char *
reason_of(const void *owner, struct attempt *a, struct error *err)
{
	const struct freeze_spec *spec = a->step->spec;

	return spec->reason == NULL ?
	    mem_strdup(owner, "a maintenance window is open") :
	    attempt_expand(owner, a, spec->reason, err);
}

static struct pg_session *
session_of(struct attempt *a, struct error *err)
{
	const struct freeze_spec *spec = a->step->spec;
	char *database = NULL;

	if (spec->database != NULL && (database = attempt_expand(a, a,
	    spec->database, err)) == NULL)
		return NULL;
	return attempt_session(a, NULL, database, err);
}

static int
is_superuser(const void *owner, struct pg_session *s, bool *yes,
    struct error *err)
{
	char *value;

	if (pg_scalar(owner, s, "SELECT rolsuper FROM pg_catalog.pg_roles"
	    " WHERE rolname = current_user", 0, NULL, &value, err) < 0)
		return -1;
	*yes = str_equal(value, "t");
	return 0;
}

/* Whether changes will be refused or only seen: it depends on the role. */
static int
plan_method(struct attempt *a, struct plan *p, struct error *err)
{
	struct pg_session *s;
	bool by_trigger;

	if (a->is_dry) {
		plan_line(p, "a role that is no superuser can only watch the "
		    "schema: changes are seen, not refused");
		return 0;
	}
	s = session_of(a, err);
	if (s == NULL || is_superuser(a, s, &by_trigger, err) < 0)
		return -1;
	plan_line(p, by_trigger ?
	    "this role is a superuser: other sessions' changes are refused" :
	    "this role is no superuser, so nothing of this runs: changes of "
	    "the schema are seen, not refused");
	return 0;
}

static int
plan_freeze(struct attempt *a, struct error *err)
{
	const char *run = a->host->run != NULL &&
	    a->host->run->state->run != NULL ? a->host->run->state->run :
	    "{{run.id}}";
	char *reason = reason_of(NULL, a, err);
	struct plan *p;
	int rc;

	if (reason == NULL)
		return -1;
	p = plan_text(a, CLASS_A, "stops other sessions' schema changes",
	    freeze_sql(reason, run, reason));
	rc = plan_method(a, p, err);
	plan_line(p, "reads and writes go on; TRUNCATE is not stopped");
	if (a->step->rollback == NULL)
		plan_undo(p, "an unfreeze step lifts it; nothing is lost");
	talloc_free(reason);
	return rc;
}

/* ---- freeze ------------------------------------------------------------------------ */

/* Another run's freeze is that run's to lift. */
static int
check_not_frozen(const void *owner, struct attempt *a, struct pg_session *s,
    struct error *err)
{
	const char *params[] = { a->host->run->state->run };
	struct pg_result *r;

	if (pg_exec(owner, s, "SELECT 1 FROM pg_catalog.pg_event_trigger"
	    " e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid"
	    " WHERE e.evtname = 'pgrunbook_freeze'"
	    " AND strpos(p.prosrc, pg_catalog.quote_literal($1::text)) = 0",
	    1, params, &r, err) < 0)
		return -1;
	if (r->rows == 0)
		return 0;
	error_set(err, ERR_BUSY, "another run has frozen this database");
	error_hint(err, "its unfreeze step lifts it");
	return -1;
}

static int
freeze_by_trigger(const void *owner, struct attempt *a, struct pg_session *s,
    const char *reason, struct error *err)
{
	struct statements_options o = { 0 };

	o.sql = freeze_sql(owner, a->host->run->state->run, reason);
	o.in_transaction = true;
	/* Before anything is frozen the evidence says how to undo it. */
	if (attempt_evidence(a, "unfreeze.sql", "lifts the freeze", LIFT "\n",
	    strlen(LIFT) + 1, NULL, err) < 0)
		return -1;
	return statements_run(owner, a, s, &o, NULL, err);
}

static int
freeze_in(struct attempt *a, const void *owner, struct error *err)
{
	struct pg_session *s = session_of(a, err);
	char *reason = s == NULL ? NULL : reason_of(owner, a, err);
	struct schema_snapshot *snapshot;
	bool by_trigger;

	if (reason == NULL || is_superuser(owner, s, &by_trigger, err) < 0 ||
	    check_not_frozen(owner, a, s, err) < 0)
		return -1;
	if (by_trigger && freeze_by_trigger(owner, a, s, reason, err) < 0)
		return -1;
	snapshot = schema_read(owner, s, err);
	if (snapshot == NULL)
		return -1;
	if (attempt_printf(a, err, by_trigger ?
	    "schema changes of other sessions are refused from now on\n" :
	    "the role is no superuser: schema changes are watched, not refused\n") < 0 ||
	    attempt_printf(a, err, "schema fingerprint %s\n",
	    schema_fingerprint(snapshot)) < 0)
		return -1;
	return attempt_register(a, json_pack("{s:s, s:s, s:s}", "method",
	    by_trigger ? "event trigger" : "watch", "fingerprint",
	    schema_fingerprint(snapshot), "unfreeze", by_trigger ? LIFT : ""), err);
}

static int
run_freeze(struct attempt *a, struct error *err)
{
	void *owner = talloc_new(NULL);
	int rc = freeze_in(a, owner, err);

	talloc_free(owner);
	return rc;
}

/* ---- unfreeze -------------------------------------------------------------------------- */

static int
plan_unfreeze(struct attempt *a, struct error *err)
{
	struct plan *p = plan_text(a, CLASS_A,
	    "lets other sessions change the schema again", LIFT);

	(void)err;
	if (a->step->rollback == NULL)
		plan_undo(p, "freeze again");
	return 0;
}

/* Where the freeze was a watch: has somebody changed the schema? */
static int
compare_watched(const void *owner, struct attempt *a, struct pg_session *s,
    struct error *err)
{
	const struct freeze_spec *spec = a->step->spec;
	struct schema_snapshot *now;
	char *frozen;

	if (spec->frozen == NULL)
		return 0;
	frozen = attempt_expand(owner, a, spec->frozen, err);
	now = frozen == NULL ? NULL : schema_read(owner, s, err);
	if (now == NULL)
		return -1;
	if (str_equal(schema_fingerprint(now), frozen))
		return attempt_printf(a, err, "the schema is what it was\n");
	return attempt_printf(a, err, "the schema is not what it was when it "
	    "was frozen: %s, was %s\n", schema_fingerprint(now), frozen);
}

static int
unfreeze_in(struct attempt *a, const void *owner, struct error *err)
{
	struct statements_options o = { LIFT, true, false, NULL, NULL };
	struct pg_session *s = session_of(a, err);
	char *count;

	if (s == NULL || pg_scalar(owner, s, "SELECT count(*) FROM"
	    " pg_catalog.pg_event_trigger WHERE evtname = 'pgrunbook_freeze'",
	    0, NULL, &count, err) < 0 ||
	    compare_watched(owner, a, s, err) < 0)
		return -1;
	if (str_equal(count, "0"))
		return attempt_printf(a, err,
		    "nothing was frozen by an event trigger here\n");
	return statements_run(owner, a, s, &o, NULL, err);
}

static int
run_unfreeze(struct attempt *a, struct error *err)
{
	void *owner = talloc_new(NULL);
	int rc = unfreeze_in(a, owner, err);

	talloc_free(owner);
	return rc;
}

static int
settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	const struct freeze_spec *spec = a->step->spec;
	char *database = NULL;

	if (spec->database != NULL && (database = attempt_expand(a, a,
	    spec->database, err)) == NULL)
		return -1;
	return statements_settle(a, database, was, true, outcome, proof, query,
	    err);
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "an event trigger comes or goes; no data is touched");
	return CLASS_A;
}

static const struct key freeze_keys[] = {
	{ "reason", KEY_TEXT, KEY_EXPANDS, offsetof(struct freeze_spec, reason),
	  "what those are told whose change is refused", NULL, 0, 0 },
	KEY_DATABASE(freeze_spec),
	KEY_END
};

static const struct key unfreeze_keys[] = {
	{ "frozen", KEY_TEXT, KEY_EXPANDS, offsetof(struct freeze_spec, frozen),
	  "the fingerprint from the freeze: a change since is told", NULL, 0,
	  0 },
	KEY_DATABASE(freeze_spec),
	KEY_END
};

const struct step_kind kind_freeze = {
	{ "freeze", "stops other sessions' schema changes", "reason",
	  freeze_keys, sizeof(struct freeze_spec), NULL, NULL, deserves },
	plan_freeze, run_freeze, settle
};

const struct step_kind kind_unfreeze = {
	{ "unfreeze", "lets other sessions change the schema again", NULL,
	  unfreeze_keys, sizeof(struct freeze_spec), NULL, NULL, deserves },
	plan_unfreeze, run_unfreeze, settle
};

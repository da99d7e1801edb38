/*
 * steps/guard.c - kind "guard": the target and its schema are still what was
 * pinned or reviewed.
 *
 * That the database is the pinned one is compared whenever a session opens;
 * a guard says it, and asks for more.
 */

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/snapshot.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

struct guard_spec {
	const char	*environment;
	const char	*fingerprint;
	int64_t		 no_long_transactions_ms;	/* -1: not asked */
	const char	*database;
};

static void
preset(void *spec)
{
	((struct guard_spec *)spec)->no_long_transactions_ms = -1;
}

static int
plan(struct attempt *a, struct error *err)
{
	const struct guard_spec *spec = a->step->spec;
	struct buffer *b = buffer_new(NULL);
	char *text = NULL;
	int rc = 0;

	buffer_puts(b, "the database is the one that was pinned\n");
	if (spec->environment != NULL)
		buffer_printf(b, "its environment is %s\n", spec->environment);
	if (spec->fingerprint != NULL) {
		text = attempt_expand(b, a, spec->fingerprint, err);
		if (text == NULL)
			rc = -1;
		else
			buffer_printf(b, "its schema's fingerprint is %s\n",
			    text);
	}
	if (spec->no_long_transactions_ms >= 0)
		buffer_printf(b, "no transaction is older than %s\n",
		    duration_short(b, spec->no_long_transactions_ms));
	if (rc == 0)
		plan_text(a, CLASS_R, "it only looks", b->data);
	talloc_free(b);
	return rc;
}

static int
hold_environment(struct attempt *a, struct pg_session *s, const void *owner,
    struct error *err)
{
	const struct guard_spec *spec = a->step->spec;
	struct pg_identity *id;
	const char *is;

	if (spec->environment == NULL)
		return 0;
	id = pg_identity_read(owner, s, err);
	if (id == NULL)
		return -1;
	/* What the database itself says wins over what is written about it. */
	is = id->environment[0] != '\0' ? id->environment :
	    environment_name(attempt_environment(a, NULL));
	if (!str_equal(is, spec->environment))
		return error_set(err, ERR_EXPECT, id->environment[0] != '\0' ?
		    "the database says that it is %s, expected %s" :
		    "the target is %s, expected %s", is, spec->environment);
	return attempt_printf(a, err, "environment %s: holds\n",
	    spec->environment);
}

static int
hold_fingerprint(struct attempt *a, struct pg_session *s, const void *owner,
    struct error *err)
{
	const struct guard_spec *spec = a->step->spec;
	struct schema_snapshot *now;
	char *wanted;

	if (spec->fingerprint == NULL)
		return 0;
	wanted = attempt_expand(owner, a, spec->fingerprint, err);
	now = wanted == NULL ? NULL : schema_read(owner, s, err);
	if (now == NULL)
		return -1;
	if (str_equal(schema_fingerprint(now), wanted))
		return attempt_printf(a, err, "schema fingerprint %s: holds\n",
		    wanted);
	error_set(err, ERR_EXPECT, "the schema is not the one that was reviewed");
	error_detail(err, "its fingerprint is %s, expected %s",
	    schema_fingerprint(now), wanted);
	error_hint(err, "somebody changed it meanwhile: compare the snapshots with \"pgrunbook diff\"");
	return -1;
}

static int
hold_no_long(struct attempt *a, struct pg_session *s, const void *owner,
    struct error *err)
{
	const struct guard_spec *spec = a->step->spec;
	char *ms = mem_printf(owner, "%lld",
	    (long long)spec->no_long_transactions_ms);
	const char *params[] = { ms };
	struct pg_result *r;

	if (spec->no_long_transactions_ms < 0)
		return 0;
	if (pg_exec(owner, s, "SELECT pid, coalesce(usename, ''),"
	    " application_name, coalesce(state, ''),"
	    " date_trunc('second', clock_timestamp() - xact_start)::text"
	    " FROM pg_catalog.pg_stat_activity"
	    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
	    " AND xact_start < clock_timestamp() -"
	    " make_interval(secs => $1::float8 / 1000)"
	    " AND backend_type = 'client backend' ORDER BY xact_start",
	    1, params, &r, err) < 0)
		return -1;
	if (r->rows == 0)
		return attempt_printf(a, err, "no long transaction: holds\n");
	error_set(err, ERR_EXPECT, "%d transaction%s older than %s", r->rows,
	    r->rows == 1 ? " is" : "s are",
	    duration_short(owner, spec->no_long_transactions_ms));
	error_detail(err, "the oldest: pid %s, user %s, application \"%s\", %s, open for %s",
	    pg_value(r, 0, 0), pg_value(r, 0, 1), pg_value(r, 0, 2),
	    pg_value(r, 0, 3), pg_value(r, 0, 4));
	return -1;
}

static int
hold_all(struct attempt *a, const void *owner, struct error *err)
{
	const struct guard_spec *spec = a->step->spec;
	struct pg_session *s;
	char *database = NULL;

	if (spec->database != NULL && (database = attempt_expand(a, a,
	    spec->database, err)) == NULL)
		return -1;
	/* Opening it compares the database with what was pinned. */
	s = attempt_session(a, NULL, database, err);
	if (s == NULL || attempt_printf(a, err, "same database: holds\n") < 0 ||
	    hold_environment(a, s, owner, err) < 0 ||
	    hold_fingerprint(a, s, owner, err) < 0)
		return -1;
	return hold_no_long(a, s, owner, err);
}

static int
run(struct attempt *a, struct error *err)
{
	void *owner = talloc_new(NULL);
	int rc = hold_all(a, owner, err);

	talloc_free(owner);
	return rc;
}

static void
check(const struct step *s, struct lint *l)
{
	const struct guard_spec *spec = s->spec;

	if (spec->environment != NULL &&
	    environment_parse(spec->environment) < 0)
		lint_error(l, spec_place(s, "environment"),
		    "unknown environment \"%s\"", spec->environment);
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "it only looks");
	return CLASS_R;
}

static const struct key keys[] = {
	{ "environment", KEY_TEXT, 0, offsetof(struct guard_spec, environment),
	  "the environment that the target must be", NULL, 0, 0 },
	{ "fingerprint", KEY_TEXT, KEY_EXPANDS,
	  offsetof(struct guard_spec, fingerprint),
	  "the schema's fingerprint, as a snapshot or drift step gave it", NULL,
	  0, 0 },
	{ "no_long_transactions", KEY_DURATION, 0,
	  offsetof(struct guard_spec, no_long_transactions_ms),
	  "no other transaction may be older than this", NULL, 0, 0 },
	KEY_DATABASE(guard_spec),
	KEY_END
};

const struct step_kind kind_guard = {
	{ "guard", "holds that target and schema are still what was pinned",
	  NULL, keys, sizeof(struct guard_spec), preset, check, deserves },
	plan, run, NULL
};

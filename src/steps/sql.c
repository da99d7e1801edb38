/*
 * steps/sql.c - kinds "sql", "sql_file" and "check": statements of a step.
 */

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"
#include "steps/statements.h"

struct sql_spec {
	const char	*sql;		/* the text, or the file's name */
	bool		 transaction;
	const char	*database;
	json_t		*expect;
};

static void
preset(void *spec)
{
	((struct sql_spec *)spec)->transaction = true;
}

/* ---- where the text comes from --------------------------------------------- */

/*
 * What an attempt before has left behind goes first, in statements of its own.
 * What is half detached is finalized, and that is all.  The invalid index of
 * its own is no other text: what is signed says that it goes (plan_text_of).
 */
static char *
with_cure(const void *owner, const struct attempt *a, char *sql)
{
	const struct sql_spec *spec = a->step->spec;

	if (sql == NULL || a->cure == NULL || spec->transaction ||
	    statements_own_leftover(a->cure))
		return sql;
	return str_ends(a->cure, " FINALIZE") ? mem_strdup(owner, a->cure) :
	    mem_printf(owner, "%s;\n%s", a->cure, sql);
}

static char *
render(const void *owner, struct attempt *a, struct error *err)
{
	const struct sql_spec *spec = a->step->spec;

	return with_cure(owner, a, attempt_sql(owner, a, spec->sql, err));
}

static char *
render_file(const void *owner, struct attempt *a, struct error *err)
{
	const struct sql_spec *spec = a->step->spec;
	char *path = attempt_path(NULL, a, spec->sql, err), *text, *sql = NULL;
	size_t size;

	if (path == NULL)
		return NULL;
	if (a->is_dry && !file_exists(path))
		sql = mem_printf(owner, "-- the statements of %s", path);
	else if (file_read(path, path, (size_t)16 << 20, &text, &size, err) == 0)
		sql = attempt_sql(owner, a, text, err);
	talloc_free(path);
	return with_cure(owner, a, sql);
}

/* ---- plan and run ---------------------------------------------------------- */

static int
measure(struct attempt *a, struct plan *p, struct error *err)
{
	struct pg_session *s = attempt_session(a, NULL, a->database, err);

	return s == NULL ? -1 : plan_measure(p, s, err);
}

static int
plan_text_of(struct attempt *a, char *sql, struct error *err)
{
	const struct sql_spec *spec = a->step->spec;
	struct plan *p;
	char *words;

	if (sql == NULL)
		return -1;
	p = plan_sql(a, sql);
	if (!spec->transaction && statements_may_leave_index(sql))
		plan_line(p, "an invalid index that a try of it leaves is "
		    "dropped before the next one");
	if (a->cure != NULL && !spec->transaction &&
	    !statements_own_leftover(a->cure)) {
		json_object_set_new(p->shown, "cure", json_string(a->cure));
		plan_line(p, "begins with what takes away the leftover of the "
		    "attempt before: %s", a->cure);
	}
	if (spec->expect != NULL) {
		words = expect_words(sql, spec->expect);
		plan_line(p, "expects %s", words);
	}
	if (p->class_ > CLASS_R)
		plan_line(p, spec->transaction ?
		    "one transaction: all of it or nothing" :
		    "no transaction: each statement stands by itself");
	if (p->class_ > CLASS_R && a->step->rollback == NULL &&
	    spec->transaction)
		plan_undo(p, "undone by itself where it fails; "
		    "not once it is committed");
	talloc_free(sql);
	return p->class_ == CLASS_B && !a->is_dry ? measure(a, p, err) : 0;
}

static int
plan(struct attempt *a, struct error *err)
{
	return plan_text_of(a, render(NULL, a, err), err);
}

static int
plan_file(struct attempt *a, struct error *err)
{
	return plan_text_of(a, render_file(NULL, a, err), err);
}

/* A one-row query's first column; the number of rows that were changed. */
static int
register_answer(struct attempt *a, const struct answer *got,
    struct error *err)
{
	json_t *value;

	if (a->step->register_name == NULL)
		return 0;
	if (!got->has_rows)
		value = json_integer(got->rows);
	else if (got->rows != 1)
		return error_set(err, ERR_EXPECT, "\"register\" wants one row, "
		    "and the last statement gave %lld", (long long)got->rows);
	else if (got->value == NULL)
		value = json_null();
	else
		value = json_text(got->value, strlen(got->value));
	return attempt_register(a, value, err);
}

static int
run_text(struct attempt *a, char *sql, bool read_only, struct error *err)
{
	const struct sql_spec *spec = a->step->spec;
	struct statements_options o = { sql, spec->transaction || read_only,
	    read_only, spec->expect, register_answer };
	char *database = NULL;
	struct pg_session *s;
	int rc = -1;

	if (sql == NULL)
		return -1;
	if (spec->database == NULL ||
	    (database = attempt_expand(sql, a, spec->database, err)) != NULL) {
		s = attempt_session(a, NULL, database, err);
		if (s != NULL)
			rc = statements_run(sql, a, s, &o, NULL, err);
	}
	talloc_free(sql);
	return rc;
}

static int
run(struct attempt *a, struct error *err)
{
	return run_text(a, render(NULL, a, err), false, err);
}

static int
run_file(struct attempt *a, struct error *err)
{
	return run_text(a, render_file(NULL, a, err), false, err);
}

static int
run_check(struct attempt *a, struct error *err)
{
	return run_text(a, render(NULL, a, err), true, err);
}

static int
settle(struct attempt *a, const struct attempt_state *was,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	const struct sql_spec *spec = a->step->spec;
	char *database = NULL;

	if (spec->database != NULL &&
	    (database = attempt_expand(a, a, spec->database, err)) == NULL)
		return -1;
	return statements_settle(a, database, was, spec->transaction, outcome,
	    proof, query, err);
}

/* ---- before anything runs --------------------------------------------------- */

static void
check(const struct step *s, struct lint *l)
{
	const struct sql_spec *spec = s->spec;

	if (spec->sql != NULL)
		statements_lint(s, s->kind->name, spec->sql, spec->transaction,
		    l);
	expect_lint(s, spec->expect, l);
}

static void
check_file(const struct step *s, struct lint *l)
{
	const struct sql_spec *spec = s->spec;
	char *path, *text;

	expect_lint(s, spec->expect, l);
	if (spec->sql == NULL)
		return;
	text = spec_file(NULL, s, spec->sql, &path);
	if (text != NULL)
		statements_lint(s, s->kind->name, text, spec->transaction, l);
	else if (strstr(spec->sql, "{{") == NULL)
		lint_error(l, spec_place(s, "sql_file"),
		    "cannot read \"%s\"", spec->sql);
	talloc_free(text);
	talloc_free(path);
}

static void
check_check(const struct step *s, struct lint *l)
{
	const struct sql_spec *spec = s->spec;
	char why[128];

	check(s, l);
	if (spec->sql != NULL &&
	    statements_class(spec->sql, why, sizeof(why)) > CLASS_R)
		lint_error(l, spec_place(s, "check"),
		    "a check only reads, and this one %s", why);
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	const struct sql_spec *spec = s->spec;

	return statements_class(spec->sql != NULL ? spec->sql : "", why,
	    why_size);
}

static enum step_class
deserves_file(const struct step *s, char *why, size_t why_size)
{
	const struct sql_spec *spec = s->spec;
	enum step_class class_ = CLASS_B;
	char *path = NULL, *text;

	text = spec->sql == NULL ? NULL :
	    spec_file(NULL, s, spec->sql, &path);
	if (text != NULL)
		class_ = statements_class(text, why, why_size);
	else
		snprintf(why, why_size, "the file is not there to be read yet");
	talloc_free(text);
	talloc_free(path);
	return class_;
}

static enum step_class
deserves_check(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "a read-only transaction");
	return CLASS_R;
}

/* ---- keys -------------------------------------------------------------------- */

#define KEY_EXPECT \
	{ "expect", KEY_MAP, 0, offsetof(struct sql_spec, expect), \
	  "what the last statement must give: rows, value, min, max, equals_step, within", NULL, 0, 0 }
#define KEY_TRANSACTION \
	{ "transaction", KEY_BOOL, 0, offsetof(struct sql_spec, transaction), \
	  "run all statements in one transaction (default true); off for CONCURRENTLY and the like", NULL, 0, 0 }

static const struct key sql_keys[] = {
	{ "sql", KEY_TEXT, KEY_REQUIRED | KEY_SQL,
	  offsetof(struct sql_spec, sql), "the statements", NULL, 0, 0 },
	KEY_TRANSACTION,
	KEY_EXPECT,
	KEY_DATABASE(sql_spec),
	KEY_END
};

static const struct key file_keys[] = {
	{ "sql_file", KEY_TEXT, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct sql_spec, sql), "the file that has the statements",
	  NULL, 0, 0 },
	KEY_TRANSACTION,
	KEY_EXPECT,
	KEY_DATABASE(sql_spec),
	KEY_END
};

static const struct key check_keys[] = {
	{ "check", KEY_TEXT, KEY_REQUIRED | KEY_SQL,
	  offsetof(struct sql_spec, sql), "the query", NULL, 0, 0 },
	KEY_EXPECT,
	KEY_DATABASE(sql_spec),
	KEY_END
};

const struct step_kind kind_sql = {
	{ "sql", "runs SQL statements, one by one, timed", "sql", sql_keys,
	  sizeof(struct sql_spec), preset, check, deserves },
	plan, run, settle
};

const struct step_kind kind_sql_file = {
	{ "sql_file", "runs the SQL statements of a file", "sql_file",
	  file_keys, sizeof(struct sql_spec), preset, check_file,
	  deserves_file },
	plan_file, run_file, settle
};

const struct step_kind kind_check = {
	{ "check", "a query that must hold, read-only", "check", check_keys,
	  sizeof(struct sql_spec), preset, check_check, deserves_check },
	plan, run_check, NULL
};

/*
 * steps/migration_status.c - kinds "migration_status" (what the books say of
 * a migrations folder) and "resolve" (they are put right by a person's word).
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/books.h"
#include "steps/kind.h"
#include "steps/migrate.h"
#include "steps/plan.h"
#include "steps/spec.h"
#include "steps/statements.h"

/* ---- migration_status ------------------------------------------------------- */

struct status_spec {
	struct books_spec books;
	const char	**fail_on;	/* null: all but applied */
};

static int
status_plan(struct attempt *a, struct error *err)
{
	const struct status_spec *spec = a->step->spec;
	char *dir = attempt_path(NULL, a, spec->books.dir, err), *text;

	if (dir == NULL)
		return -1;
	text = mem_printf(dir, "compare %s with the table that applied "
	    "migrations are recorded in", dir);
	plan_text(a, CLASS_R, "it only looks", text);
	talloc_free(dir);
	return 0;
}

static bool
fails(const struct status_spec *spec, enum migration_status status)
{
	const char **each;

	if (status == MIGRATION_APPLIED)
		return false;
	if (spec->fail_on == NULL)
		return true;
	for (each = spec->fail_on; *each != NULL; each++)
		if (str_equal(*each, "any") ||
		    migration_status_parse(*each) == (int)status)
			return true;
	return false;
}

/* ", class B: drops a table" of what the next migrate runs; else "". */
static char *
class_words(const void *owner, const struct books *b, size_t i)
{
	const struct migration_finding *m = &b->findings->list[i];
	enum step_class class_;
	char why[128] = "";

	if (i >= b->findings->in_folder || !migration_is_pending(m->status))
		return mem_strdup(owner, "");
	class_ = statements_class(migration_statements(owner, &b->list[i]),
	    why, sizeof(why));
	return mem_printf(owner, ", class %s%s%s", class_name(class_),
	    class_ == CLASS_B && why[0] != '\0' ? ": " : "",
	    class_ == CLASS_B ? why : "");
}

static int
tell(struct attempt *a, const struct books *b, struct error *err)
{
	const struct migration_findings *f = b->findings;
	size_t i;

	for (i = 0; i < f->count; i++)
		if (f->list[i].status != MIGRATION_APPLIED &&
		    attempt_printf(a, err, "%-12s %s%s%s\n",
		    migration_status_name(f->list[i].status), f->list[i].name,
		    f->list[i].is_out_of_order ?
		    " (older than the last that is applied)" : "",
		    class_words(b, b, i)) < 0)
			return -1;
	return attempt_printf(a, err, "%zu of %zu migrations are applied\n",
	    f->counts[MIGRATION_APPLIED] + f->counts[MIGRATION_EDITED],
	    f->in_folder);
}

static int
keep(struct attempt *a, const struct migration_findings *f, struct error *err)
{
	json_t *j = history_findings_json(f);
	char *text = json_pretty(NULL, j);
	int rc = attempt_evidence(a, "migrations.json", "migration status",
	    text, strlen(text), NULL, err);

	talloc_free(text);
	json_object_del(j, "migrations");
	if (rc == 0)
		return attempt_register(a, j, err);
	json_decref(j);
	return rc;
}

static int
judge(const struct status_spec *spec, const struct migration_findings *f,
    struct error *err)
{
	size_t i, count = 0, first = 0;

	for (i = 0; i < f->count; i++)
		if (fails(spec, f->list[i].status) && count++ == 0)
			first = i;
	if (count == 0)
		return 0;
	error_set(err, ERR_EXPECT, "the migrations are not up to date: %zu of "
	    "them", count);
	error_detail(err, "\"%s\" is %s", f->list[first].name,
	    migration_status_name(f->list[first].status));
	if (f->counts[MIGRATION_FAILED] > 0)
		error_hint(err, "look what of the failed one is there, then "
		    "\"pgrunbook migrations resolve\" with --applied or "
		    "--rolled-back");
	return -1;
}

static int
status_run(struct attempt *a, struct error *err)
{
	const struct status_spec *spec = a->step->spec;
	struct books *b = books_open(NULL, a, &spec->books, err);
	int rc = -1;

	if (b != NULL && tell(a, b, err) == 0 &&
	    keep(a, b->findings, err) == 0)
		rc = judge(spec, b->findings, err);
	talloc_free(b);
	return rc;
}

static void
status_check(const struct step *s, struct lint *l)
{
	const struct status_spec *spec = s->spec;
	const char **each = spec->fail_on;

	books_check(s, spec->books.layout, l);
	for (; each != NULL && *each != NULL; each++)
		if (!str_equal(*each, "any") && !str_equal(*each, "none") &&
		    migration_status_parse(*each) < 0)
			lint_error(l, spec_place(s, "fail_on"),
			    "\"%s\" is none of pending, failed, rolled_back, "
			    "edited, missing, any, none", *each);
}

static enum step_class
status_deserves(const struct step *s UNUSED, char *why, size_t why_size)
{
	snprintf(why, why_size, "it only looks");
	return CLASS_R;
}

static const struct key status_keys[] = {
	KEYS_BOOKS(status_spec, books),
	{ "fail_on", KEY_TEXTS, 0, offsetof(struct status_spec, fail_on),
	  "pending, failed, rolled_back, edited, missing: a list, any (default), or none",
	  NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_migration_status = {
	{ "migration_status", "compares a migrations folder with the database's books",
	  "dir", status_keys, sizeof(struct status_spec), NULL, status_check,
	  status_deserves },
	status_plan, status_run, NULL
};

/* ---- resolve ----------------------------------------------------------------- */

struct resolve_spec {
	struct books_spec books;
	const char	*applied, *rolled_back;
};

static int
resolve_plan(struct attempt *a, struct error *err)
{
	const struct resolve_spec *spec = a->step->spec;
	bool is_applied = spec->applied != NULL;
	char *name = attempt_expand(NULL, a, is_applied ? spec->applied :
	    spec->rolled_back, err), *text;
	struct plan *p;

	if (name == NULL)
		return -1;
	text = mem_printf(name, "record migration %s as %s", name,
	    is_applied ? "applied" : "rolled back");
	p = plan_text(a, CLASS_B, "what the books say decides what is run next",
	    text);
	plan_line(p, "nothing is run: what the database has stays as it is");
	plan_undo(p, "by the books alone; the next migrate %s",
	    is_applied ? "takes it for done" : "runs it again");
	talloc_free(name);
	return 0;
}

static int
resolve(struct books *b, const struct resolve_spec *spec, struct error *err)
{
	struct attempt *a = b->attempt;
	bool is_applied = spec->applied != NULL;
	char *name = attempt_expand(b, a, is_applied ? spec->applied :
	    spec->rolled_back, err);

	if (name == NULL || history_lock(b->history, err) < 0)
		return -1;
	if ((is_applied ? history_resolve_applied(b->history, b->list,
	    b->count, name, err) : history_resolve_rolled_back(b->history,
	    name, err)) < 0)
		return -1;
	a->is_committed = true;
	return attempt_printf(a, err, "%s: recorded as %s\n", name,
	    is_applied ? "applied" : "rolled back");
}

static int
resolve_run(struct attempt *a, struct error *err)
{
	const struct resolve_spec *spec = a->step->spec;
	struct books *b = books_open(NULL, a, &spec->books, err);
	struct error ignored;
	int rc = b == NULL ? -1 : resolve(b, spec, err);

	if (b != NULL && !a->is_cancelled && pg_alive(b->session))
		(void)!pg_exec_script(b->session,
		    "SELECT pg_catalog.pg_advisory_unlock_all()", &ignored);
	talloc_free(b);
	return rc;
}

/* The books say themselves whether it was done. */
static int
resolve_settle(struct attempt *a, const struct attempt_state *was UNUSED,
    enum outcome *outcome, char proof[256], char query[512], struct error *err)
{
	const struct resolve_spec *spec = a->step->spec;
	bool is_applied = spec->applied != NULL, is_done = false;
	struct books *b = books_open(NULL, a, &spec->books, err);
	char *name = b == NULL ? NULL : attempt_expand(b, a, is_applied ?
	    spec->applied : spec->rolled_back, err);
	size_t i;

	if (name == NULL) {
		talloc_free(b);
		return -1;
	}
	for (i = 0; i < b->findings->count; i++)
		if (str_equal(b->findings->list[i].name, name))
			is_done = is_applied == !migration_is_pending(
			    b->findings->list[i].status) &&
			    b->findings->list[i].status != MIGRATION_FAILED;
	*outcome = is_done ? OUTCOME_DONE : OUTCOME_NOT_DONE;
	snprintf(proof, 256, "the books have \"%.200s\" %s", name,
	    is_done ? "as it was asked for" : "as it was before");
	query[0] = '\0';
	talloc_free(b);
	return 0;
}

static void
resolve_check(const struct step *s, struct lint *l)
{
	const struct resolve_spec *spec = s->spec;

	books_check(s, spec->books.layout, l);
	if ((spec->applied != NULL) == (spec->rolled_back != NULL))
		lint_error(l, spec_place(s, "dir"),
		    "one of \"applied\" and \"rolled_back\" is wanted");
}

static enum step_class
resolve_deserves(const struct step *s UNUSED, char *why, size_t why_size)
{
	snprintf(why, why_size, "what the books say decides what is run next");
	return CLASS_B;
}

static const struct key resolve_keys[] = {
	KEYS_BOOKS(resolve_spec, books),
	{ "applied", KEY_TEXT, KEY_EXPANDS, offsetof(struct resolve_spec,
	  applied), "the migration whose changes are there", NULL, 0, 0 },
	{ "rolled_back", KEY_TEXT, KEY_EXPANDS, offsetof(struct resolve_spec,
	  rolled_back), "the migration of whose changes nothing is there",
	  NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_resolve = {
	{ "resolve", "records a migration as applied or rolled back, as a person found it",
	  "dir", resolve_keys, sizeof(struct resolve_spec), NULL, resolve_check,
	  resolve_deserves },
	resolve_plan, resolve_run, resolve_settle
};

/*
 * steps/counts.c - kind "counts": the rows of each table, as evidence, and
 * held against an earlier count.
 *
 * All of them under one snapshot.  What extensions bring, and what the tools
 * keep books in, does not count.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

struct counts_spec {
	const char	*at_least;
	bool		 allow_dropped;
	const char	*database;
};

/* The schema and the name, as SQL writes them. */
static const char tables_query[] =
    "SELECT n.nspname || '.' || c.relname,"
    " pg_catalog.quote_ident(n.nspname) || '.' ||"
    " pg_catalog.quote_ident(c.relname)"
    " FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND c.relpersistence <> 't'"
    " AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN"
    " ('information_schema', 'pgrunbook', 'supabase_migrations')"
    " AND c.relname <> '_prisma_migrations'"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
    " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass"
    " AND d.objid = c.oid AND d.deptype = 'e') ORDER BY 1";

static int
plan(struct attempt *a, struct error *err UNUSED)
{
	const struct counts_spec *spec = a->step->spec;
	struct plan *p = plan_text(a, CLASS_R, "it only counts",
	    "count the rows of each table, under one snapshot");

	if (spec->at_least != NULL)
		plan_line(p, "none may have fewer than in \"%s\"%s",
		    spec->at_least, spec->allow_dropped ?
		    ", but for those that are gone" : "");
	return 0;
}

static json_t *
count(struct attempt *a, const void *owner, struct pg_session *s,
    struct error *err)
{
	struct pg_result *r, *n;
	json_t *counts = json_owned(owner, json_object());
	int i;

	if (pg_exec_script(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
	    err) < 0 || pg_exec(owner, s, tables_query, 0, NULL, &r, err) < 0)
		return NULL;
	for (i = 0; i < r->rows; i++) {
		attempt_progress(a, i, r->rows, "tables", pg_value(r, i, 0));
		/* The name is quoted by the server itself. */
		if (pg_exec(owner, s, mem_printf(owner, "SELECT"
		    " pg_catalog.count(*) FROM ONLY %s", pg_value(r, i, 1)), 0,
		    NULL, &n, err) < 0)
			return NULL;
		json_object_set_new(counts, pg_value(r, i, 0),
		    json_integer((json_int_t)pg_value_int(n, 0, 0)));
		if (attempt_printf(a, err, "%12lld  %s\n",
		    (long long)pg_value_int(n, 0, 0), pg_value(r, i, 0)) < 0)
			return NULL;
	}
	return pg_exec_script(s, "COMMIT", err) < 0 ? NULL : counts;
}

/* Did a table lose rows since?  All that did are named. */
static int
compare(struct attempt *a, const json_t *now, struct error *err)
{
	const struct counts_spec *spec = a->step->spec;
	json_t *before = json_object_get(a->host->run->state->values,
	    spec->at_least), *was, *is;
	struct buffer *b = buffer_new(NULL);
	const char *name;
	int rc = 0;

	if (!json_is_object(before))
		rc = error_set(err, ERR_EXPECT,
		    "\"%s\" is no count of tables", spec->at_least);
	json_object_foreach(before, name, was) {
		is = json_object_get(now, name);
		if (is == NULL && !spec->allow_dropped)
			buffer_printf(b, "%s%s is gone",
			    b->size > 0 ? "\n" : "", name);
		else if (is != NULL &&
		    json_integer_value(is) < json_integer_value(was))
			buffer_printf(b, "%s%s has %lld rows, and had %lld",
			    b->size > 0 ? "\n" : "", name,
			    (long long)json_integer_value(is),
			    (long long)json_integer_value(was));
	}
	if (b->size > 0) {
		rc = error_set(err, ERR_EXPECT, "rows are missing that were "
		    "there before");
		error_detail(err, "%s", b->data);
	}
	talloc_free(b);
	return rc;
}

static int
run(struct attempt *a, struct error *err)
{
	const struct counts_spec *spec = a->step->spec;
	void *owner = talloc_new(NULL);
	struct pg_session *s = NULL;
	char *database = NULL, *text;
	json_t *counts = NULL;
	int rc = -1;

	if (spec->database == NULL || (database = attempt_expand(owner, a,
	    spec->database, err)) != NULL)
		s = attempt_session(a, NULL, database, err);
	if (s != NULL)
		counts = count(a, owner, s, err);
	if (counts != NULL) {
		text = json_pretty(owner, counts);
		rc = attempt_evidence(a, "counts.json", "rows of each table",
		    text, strlen(text), NULL, err);
	}
	if (rc == 0)
		rc = attempt_register(a, json_incref(counts), err);
	if (rc == 0 && spec->at_least != NULL)
		rc = compare(a, counts, err);
	talloc_free(owner);
	return rc;
}

static enum step_class
deserves(const struct step *s UNUSED, char *why, size_t why_size)
{
	snprintf(why, why_size, "it only counts");
	return CLASS_R;
}

static const struct key keys[] = {
	{ "at_least", KEY_TEXT, 0, offsetof(struct counts_spec, at_least),
	  "what an earlier count registered: no table may have fewer rows",
	  NULL, 0, 0 },
	{ "allow_dropped", KEY_BOOL, 0, offsetof(struct counts_spec,
	  allow_dropped), "a table that is gone is no loss (default false)",
	  NULL, 0, 0 },
	KEY_DATABASE(counts_spec),
	KEY_END
};

const struct step_kind kind_counts = {
	{ "counts", "counts the rows of each table, and compares", "at_least",
	  keys, sizeof(struct counts_spec), NULL, NULL, deserves },
	plan, run, NULL
};

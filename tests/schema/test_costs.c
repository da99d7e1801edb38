/*
 * What the drift engine says of a statement is what the server does: over all
 * of tests/schema/cases/, in both directions and both forms, each statement
 * is run, and its locks (pg_locks), rewrites (relfilenode) and scans (the
 * server's counters) are compared with those that were foretold.
 *
 * And what it calls class A is: where tables have rows, all their values are
 * there afterwards, and no statement held up writers while it worked through
 * a table.
 */

#include "harness/test.h"

#include <string.h>

#include <libpq-fe.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "schema/cases.h"
#include "schema/schemas.h"

#define LOCKS								\
	"ARRAY['ShareUpdateExclusiveLock', 'ShareLock', "		\
	"'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']"
/* Kept as a setting: an event trigger may forbid to make a table. */
#define BEFORE								\
	"jsonb_to_recordset(current_setting('test.before')::jsonb) "	\
	"b(oid oid, relfilenode oid, relkind \"char\")"
#define STRONGEST(pid)							\
	"SELECT l.mode FROM pg_locks l JOIN " BEFORE " ON b.oid = l.relation " \
	"WHERE l.pid = " pid " AND l.granted "				\
	"AND array_position(" LOCKS ", l.mode) IS NOT NULL "		\
	"ORDER BY array_position(" LOCKS ", l.mode) DESC LIMIT 1"

struct cost {
	char	*lock;
	bool	 scans, rewrites;
};

/* ---- a server to ask ---------------------------------------------------- */

static PGconn *
connect_to(const char *dbname)
{
	void *scratch = talloc_new(NULL);
	PGconn *c = PQconnectdb(cluster_url(scratch, dbname));

	assert_int_equal(PQstatus(c), CONNECTION_OK);
	talloc_free(scratch);
	return c;
}

static void
run(PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_msg("%s%s", PQerrorMessage(c), sql);
	PQclear(r);
}

/* The first value; null where there is none. */
static char *
ask(const void *owner, PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);
	char *value = NULL;

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s%s", PQerrorMessage(c), sql);
	if (PQntuples(r) > 0 && !PQgetisnull(r, 0, 0))
		value = mem_strdup(owner, PQgetvalue(r, 0, 0));
	PQclear(r);
	return value;
}

static long long
count(PGconn *c, const char *sql)
{
	char *value = ask(NULL, c, sql);
	long long n = value == NULL ? 0 : strtoll(value, NULL, 10);

	talloc_free(value);
	return n;
}

/* ---- what a statement does ---------------------------------------------- */

/* The relations that are there: others may want them. */
static void
note_relations(PGconn *c)
{
	run(c, "SELECT set_config('test.before', coalesce(jsonb_agg("
	    "to_jsonb(r)), '[]')::text, false) FROM (SELECT oid, relfilenode, "
	    "relkind FROM pg_class WHERE oid >= 16384 AND relkind NOT IN "
	    "('t', 'c') AND relpersistence <> 't') r");
}

/* The counters begin with what is not reported yet of what was before. */
static const char scans[] = "SELECT sum(seq_scan + coalesce(idx_scan, 0)) "
    "FROM pg_stat_xact_user_tables WHERE relid IN (SELECT oid "
    "FROM " BEFORE " WHERE relkind IN ('r', 'm'))";

static struct cost
measure_inside(const void *owner, PGconn *c, const char *sql)
{
	struct cost cost;
	long long before;

	run(c, "SELECT set_config('test.before', coalesce(jsonb_agg("
	    "to_jsonb(r)), '[]')::text, false) FROM (SELECT c.oid, "
	    "c.relfilenode, c.relkind FROM pg_class c JOIN " BEFORE
	    " ON b.oid = c.oid) r");
	run(c, "BEGIN");
	before = count(c, scans);
	run(c, sql);
	cost.lock = ask(owner, c, STRONGEST("pg_backend_pid()"));
	cost.rewrites = count(c, "SELECT count(*) "
	    "FROM " BEFORE " JOIN pg_class c USING (oid) WHERE "
	    "c.relkind IN ('r', 'm') AND c.relfilenode <> b.relfilenode") > 0;
	cost.scans = count(c, scans) > before;
	run(c, "COMMIT");
	return cost;
}

/*
 * One that refuses a transaction waits for a writer, who is not in its way
 * otherwise: that is the moment to look.
 */
static struct cost
measure_outside(const void *owner, const char *dbname, PGconn *c,
    const char *sql)
{
	PGconn *writer = connect_to(dbname), *watcher = connect_to(dbname);
	void *scratch = talloc_new(NULL);
	char *pid = mem_printf(scratch, "%d", PQbackendPID(c));
	struct cost cost = { .scans = !str_starts(sql, "DROP ") };
	PGresult *r;

	note_relations(watcher);
	run(writer, "BEGIN ISOLATION LEVEL REPEATABLE READ; DO $$DECLARE t text; "
	    "BEGIN FOR t IN SELECT oid::regclass FROM pg_class "
	    "WHERE oid >= 16384 AND relkind = 'r' AND relpersistence <> 't' "
	    "LOOP EXECUTE 'LOCK TABLE '||t||' IN ROW EXCLUSIVE MODE'; "
	    "END LOOP; END$$");
	assert_int_equal(PQsendQuery(c, sql), 1);
	cluster_wait_value(dbname, mem_printf(scratch, "SELECT 1 "
	    "FROM pg_stat_activity WHERE pid = %s "
	    "AND wait_event_type = 'Lock'", pid), "1");
	cost.lock = ask(owner, watcher, mem_printf(scratch, STRONGEST("%s"),
	    pid));
	run(writer, "COMMIT");
	while ((r = PQgetResult(c)) != NULL) {
		if (PQresultStatus(r) != PGRES_COMMAND_OK)
			fail_msg("%s%s", PQerrorMessage(c), sql);
		PQclear(r);
	}
	PQfinish(writer);
	PQfinish(watcher);
	talloc_free(scratch);
	return cost;
}

static struct cost
measure(const void *owner, const char *dbname, PGconn *c,
    const struct drift_statement *s, const char *before)
{
	if (s->outside)
		return measure_outside(owner, dbname, c, s->text);
	return measure_inside(owner, c, mem_printf(owner, "%s%s", before,
	    s->text));
}

/* ---- as foretold --------------------------------------------------------- */

static void
tell(struct buffer *told, const struct drift_statement *s,
    const struct cost *cost)
{
	buffer_printf(told, "%s\n    foretold: %s%s%s\n    measured: %s%s%s\n",
	    s->text, s->lock == NULL ? "no lock" : s->lock,
	    s->scans ? ", scans" : "", s->rewrites ? ", rewrites" : "",
	    cost->lock == NULL ? "no lock" : cost->lock,
	    cost->scans ? ", scans" : "", cost->rewrites ? ", rewrites" : "");
}

/* Words that are newer than the grammar could take any lock. */
static bool
is_the_lock(const struct drift_statement *s, const char *measured)
{
	struct sql_script *script;
	bool is_known;

	if (str_equal(s->lock, measured))
		return true;
	script = sql_parse(NULL, s->text);
	is_known = script->count == 1 && script->statements[0].parsed;
	talloc_free(script);
	return !is_known && str_equal(s->lock, "AccessExclusiveLock");
}

static bool
is_as_foretold(const struct drift_statement *s, const struct cost *cost)
{
	/* Reading among readers is in nobody's way. */
	if (s->lock == NULL && cost->lock == NULL)
		return !cost->rewrites && !s->rewrites;
	return is_the_lock(s, cost->lock) && s->rewrites == cost->rewrites &&
	    (s->scans || s->rewrites) == (cost->scans || cost->rewrites);
}

/* "SET LOCAL ..." belongs to the statement that follows it. */
static bool
is_setting(const struct drift_statement *s)
{
	return str_starts(s->text, "SET LOCAL ");
}

static void
expect_costs(const void *scratch, const char *sql,
    const struct drift_statement *s, struct buffer *told)
{
	char *dbname = schemas_database(scratch, sql);
	PGconn *c = connect_to(dbname);
	const char *before = "";

	note_relations(c);
	for (; s->text != NULL; s++) {
		struct cost cost;

		if (is_setting(s)) {
			before = mem_printf(scratch, "%s;", s->text);
			continue;
		}
		cost = measure(scratch, dbname, c, s, before);
		before = "";
		if (!is_as_foretold(s, &cost))
			tell(told, s, &cost);
	}
	PQfinish(c);
	cluster_drop_db(dbname);
}

/* ---- class A -------------------------------------------------------------- */

/* Rows in all tables that take some; what refuses them stays empty. */
static const char fill[] =
    "DO $$DECLARE t record; i int; n int; BEGIN "
    "FOR n IN 1..2 LOOP FOR i IN 1..3 LOOP FOR t IN "
    "SELECT c.oid::regclass AS name, string_agg(quote_ident(a.attname), ', ' "
    "  ORDER BY attnum) AS columns, string_agg(CASE ty.typcategory "
    "  WHEN 'N' THEN i::text WHEN 'S' THEN quote_literal('v'||i) "
    "  WHEN 'D' THEN quote_literal('2020-01-0'||i) WHEN 'B' THEN 'true' "
    "  WHEN 'E' THEN format('(enum_range(NULL::%s))[1]', ty.oid::regtype) "
    "  ELSE 'NULL' END, ', ' ORDER BY attnum) AS vals "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
    "AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
    "AND a.attidentity = '' JOIN pg_type ty ON ty.oid = a.atttypid "
    "WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p') "
    "AND NOT c.relispartition AND c.relpersistence <> 't' GROUP BY c.oid "
    "LOOP BEGIN EXECUTE format('INSERT INTO %s (%s) VALUES (%s)', t.name, "
    "t.columns, t.vals); EXCEPTION WHEN OTHERS THEN NULL; END; "
    "END LOOP; END LOOP; END LOOP; END$$";

/* "SELECT md5(...) FROM t" of all columns that there are, for each table. */
static char *
digest_query(const void *owner, PGconn *c)
{
	return ask(owner, c, "SELECT string_agg(format('SELECT %L||count(*)||"
	    "coalesce(md5(string_agg(x, '','' ORDER BY x)), '''') FROM (SELECT "
	    "ROW(%s)::text AS x FROM ONLY %s) q', c.oid::regclass, ("
	    "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) "
	    "FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 "
	    "AND NOT attisdropped), c.oid::regclass), ' UNION ALL ' "
	    "ORDER BY c.oid) FROM pg_class c WHERE c.oid >= 16384 "
	    "AND c.relkind = 'r' AND c.relpersistence <> 't' AND EXISTS "
	    "(SELECT FROM pg_attribute a WHERE a.attrelid = c.oid "
	    "AND a.attnum > 0 AND NOT a.attisdropped)");
}

static char *
digest(const void *owner, PGconn *c, const char *query)
{
	return query == NULL ? NULL : ask(owner, c, mem_printf(owner,
	    "SELECT string_agg(q.x, E'\\n') FROM (%s) q(x)", query));
}

static bool
holds_up_writers(const struct cost *cost)
{
	return (cost->scans || cost->rewrites) && cost->lock != NULL &&
	    strcmp(cost->lock, "ShareUpdateExclusiveLock") != 0;
}

/*
 * One that needs another item first fails, and that is harmless, too.  One
 * that refuses a transaction is tried as its like that does not.
 */
static bool
passes(PGconn *c, const struct drift_statement *s)
{
	static const char refuses[] = " CONCURRENTLY";
	char *text = mem_strdup(NULL, s->text);
	char *at = s->outside ? strstr(text, refuses) : NULL;
	PGresult *r;
	bool is;

	if (at != NULL)
		memmove(at, at + strlen(refuses), strlen(at + strlen(refuses)) + 1);
	run(c, "BEGIN");
	r = PQexec(c, text);
	talloc_free(text);
	is = PQresultStatus(r) == PGRES_COMMAND_OK ||
	    PQresultStatus(r) == PGRES_TUPLES_OK;
	PQclear(r);
	run(c, "ROLLBACK");
	return is;
}

static void
expect_harmless(const void *scratch, const char *sql,
    const struct drift_statement *s, struct buffer *told)
{
	char *dbname = schemas_database(scratch, sql), *query, *was;
	PGconn *c = connect_to(dbname);

	run(c, fill);
	query = digest_query(scratch, c);
	was = digest(scratch, c, query);
	note_relations(c);
	for (; s->text != NULL && passes(c, s); s++) {
		struct cost cost = measure(scratch, dbname, c, s, "");

		if (holds_up_writers(&cost)) {
			buffer_puts(told, "class A: ");
			tell(told, s, &cost);
		}
	}
	if (!str_equal(digest(scratch, c, query), was))
		buffer_printf(told, "values are lost:\n%s\n", was);
	PQfinish(c);
	cluster_drop_db(dbname);
}

/* ---- cases ---------------------------------------------------------------- */

static const struct drift_statement *
statements_of(const void *owner, const struct drift *d, const char *classes)
{
	enum drift_truth *truths = NEW_ARRAY(owner, enum drift_truth,
	    d->count + 1);

	for (size_t i = 0; i < d->count; i++)
		truths[i] = strchr(classes, d->items[i].class_) != NULL ?
		    TRUTH_MIGRATIONS : TRUTH_OUT_OF_SCOPE;
	return drift_statements(owner, d, truths);
}

static bool
are_the_same(const struct drift_statement *a, const struct drift_statement *b)
{
	while (a->text != NULL && str_equal(a->text, b->text)) {
		a++;
		b++;
	}
	return a->text == NULL && b->text == NULL;
}

static void
compare(const void *scratch, const char *sql,
    const struct schema_snapshot *from, const struct schema_snapshot *to,
    struct buffer *told)
{
	struct drift *safe = drift_compare(scratch, to, from, NULL);
	struct drift *plain = drift_compare_as(scratch, to, from, NULL,
	    FORM_PLAIN);
	const struct drift_statement *all = statements_of(scratch, safe, "ABC");
	const struct drift_statement *other = statements_of(scratch, plain,
	    "ABC");

	expect_costs(scratch, sql, all, told);
	if (!are_the_same(all, other))
		expect_costs(scratch, sql, other, told);
	if (safe->count_a > 0)
		expect_harmless(scratch, sql, statements_of(scratch, safe, "A"),
		    told);
}

static void
run_case(void **state)
{
	void *scratch = talloc_new(NULL);
	struct case_texts t = case_read(scratch, *state);
	const struct schema_snapshot *from = schemas_of(scratch, t.from);
	const struct schema_snapshot *to = schemas_of(scratch, t.to);
	struct buffer *told = buffer_new(scratch);

	compare(scratch, t.from, from, to, told);
	compare(scratch, t.to, to, from, told);
	if (told->size > 0)
		fail_msg("not as foretold:\n%s", told->data);
	talloc_free(scratch);
}

int
main(void)
{
	return cases_main("test_costs", run_case, NULL);
}

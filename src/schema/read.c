/* schema/read.c - a snapshot from a server's catalogues. */

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/thread.h"
#include "postgres/pipeline.h"
#include "schema/kind.h"
#include "schema/link.h"
#include "schema/snapshot_make.h"
#include "schema/values.h"

#define OLDEST_SERVER	120000
#define READ_TRIES	3

static const char begin[] =
	"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/*
 * What changes the text that the server deparses, or could keep us waiting;
 * and what the planner spends on queries that look larger to it than they are,
 * of catalogues that are in memory.
 */
static const char settings[] =
	"SELECT set_config(n, v, true) FROM (VALUES ('search_path', ''), "
	"('TimeZone', 'UTC'), ('DateStyle', 'ISO, MDY'), "
	"('IntervalStyle', 'postgres'), ('extra_float_digits', '1'), "
	"('bytea_output', 'hex'), ('quote_all_identifiers', 'off'), "
	"('row_security', 'off'), ('xmloption', 'content'), "
	"('jit', 'off'), ('work_mem', '64MB'), ('random_page_cost', '2'), "
	"('max_parallel_workers_per_gather', '0'), "
	"('lock_timeout', '2s'), ('statement_timeout', '120s'), "
	"('idle_in_transaction_session_timeout', '0')) t(n, v)";

/*
 * Schemas that a platform brings along.  They are the platform's where
 * Supabase's own role exists; elsewhere they are the user's.
 */
#define PLATFORM_SCHEMAS \
	"^(_analytics|_realtime|_supavisor|auth|etl|extensions|pgbouncer|" \
	"realtime|storage|supabase_functions|cron|dbdev|graphql|" \
	"graphql_public|net|pgmq|pgsodium|pgsodium_masks|pgtle|repack|tiger|" \
	"tiger_data|topology|vault|_?timescaledb_.*)$"
#define OWN_SCHEMAS	"^(supabase_migrations|pgrunbook)$"
#define IS_PLATFORM \
	"(n.nspname ~ '" PLATFORM_SCHEMAS "' AND EXISTS (SELECT FROM " \
	"pg_roles WHERE rolname = 'supabase_admin'))"
#define IS_BOOKKEEPING	"r.relname = '_prisma_migrations'"

/*
 * NOT_MEMBER() for what all else is joined to.  Asked of an array, the planner
 * thinks that most are none; of a subquery, that every second one is, and takes
 * plans for a few rows.  An array is searched, not hashed: of functions an
 * extension may have a thousand.
 */
#define NO_MEMBER(catalogue, id) \
	id " <> ALL (ARRAY(SELECT objid FROM member " \
	"WHERE classid = '" catalogue "'::regclass))"

/* Before every kind's query: see schema/kind.h. */
static const char prelude[] =
	"WITH member AS (SELECT classid, objid FROM pg_depend WHERE "
	"refclassid = 'pg_extension'::regclass AND deptype = 'e'), "
	"platform AS (SELECT n.oid FROM pg_namespace n WHERE " IS_PLATFORM "), "
	"ours AS (SELECT n.oid, n.nspname, quote_ident(n.nspname) AS q "
	"FROM pg_namespace n WHERE n.nspname !~ '^pg_' "
	"AND n.nspname <> 'information_schema' "
	"AND n.nspname !~ '" OWN_SCHEMAS "' "
	"AND n.oid <> ALL (ARRAY(SELECT oid FROM platform)) "
	"AND " NO_MEMBER("pg_namespace", "n.oid") "), "
	"rel AS NOT MATERIALIZED (SELECT r.*, n.nspname, n.q AS qs, "
	"quote_ident(r.relname) AS qn, n.q||'.'||quote_ident(r.relname) AS q "
	"FROM pg_class r JOIN ours n ON n.oid = r.relnamespace "
	"WHERE NOT " IS_BOOKKEEPING " AND r.relpersistence <> 't' "
	"AND " NO_MEMBER("pg_class", "r.oid") "), "
	"any_rel AS NOT MATERIALIZED (SELECT r.oid, r.qs, r.qn, r.q, "
	"true AS is_ours FROM rel r WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f') "
	"UNION ALL SELECT r.oid, n.q, "
	"quote_ident(r.relname), n.q||'.'||quote_ident(r.relname), false "
	"FROM pg_class r JOIN (SELECT oid, quote_ident(nspname) AS q "
	"FROM pg_namespace WHERE oid IN (SELECT oid FROM platform)) n "
	"ON n.oid = r.relnamespace WHERE r.relkind IN ('r', 'p', 'v') "
	"AND " NO_MEMBER("pg_class", "r.oid") ") ";

/* What is left out, in words. */
static const char left_out[] =
	"SELECT 'schema '||quote_ident(n.nspname)||' ('||CASE "
	"  WHEN n.nspname ~ '" OWN_SCHEMAS "' THEN 'bookkeeping' "
	"  WHEN n.oid IN (SELECT oid FROM platform) THEN 'of the platform' "
	"  ELSE 'of an extension' END||')' FROM pg_namespace n "
	"  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
	"  AND n.oid NOT IN (SELECT oid FROM ours) "
	"UNION ALL SELECT 'table '||n.q||'.'||quote_ident(r.relname)||"
	"  ' (bookkeeping)' FROM pg_class r JOIN ours n "
	"  ON n.oid = r.relnamespace WHERE r.relkind = 'r' AND "
	IS_BOOKKEEPING " "
	"UNION ALL SELECT 'event trigger '||quote_ident(t.evtname)||' ('||"
	"  n.nspname||')' FROM pg_event_trigger t JOIN pg_proc f "
	"  ON f.oid = t.evtfoid JOIN pg_namespace n ON n.oid = f.pronamespace "
	"  WHERE n.oid NOT IN (SELECT oid FROM ours) "
	"UNION ALL SELECT count(*)||' objects of extension '||"
	"  quote_ident(e.extname) FROM pg_depend d JOIN pg_extension e "
	"  ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass "
	"  WHERE d.deptype = 'e' AND e.extname <> 'plpgsql' GROUP BY e.extname "
	"UNION ALL SELECT 'all privileges and default privileges of the '||"
	"  'platform''s roles' FROM pg_roles WHERE rolname = 'supabase_admin' "
	"ORDER BY 1";

/*
 * Only what is set down in pg_depend; a sequence's owner is a kind, the
 * triggers behind a foreign key are its own, the place of long values is its
 * table's, and a check that a table has from its parent is the parent's.  What
 * stands on nothing but the system's own objects is nobody's affair.
 */
static const char dependencies[] =
	"SELECT d.classid::oid, d.objid, d.objsubid, d.refclassid::oid, "
	"d.refobjid, d.refobjsubid, d.deptype FROM pg_depend d "
	"WHERE d.objid >= 16384 AND d.deptype IN ('n', 'a', 'i', 'e', 'P', 'S') "
	"AND NOT (d.classid = 'pg_trigger'::regclass AND d.deptype = 'i') "
	"AND NOT (d.classid = 'pg_class'::regclass AND d.deptype = 'i' "
	"AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid = 0) "
	"AND NOT (d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT "
	"FROM pg_constraint k WHERE k.oid = d.objid AND k.contype = 'c' "
	"AND k.coninhcount > 0)) "
	"AND NOT (d.classid = 'pg_class'::regclass AND d.deptype = 'a' "
	"AND EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objid "
	"AND c.relkind = 'S'))";

/* Columns that a table has from others, where something stands on them. */
static const char heirs[] =
	"WITH RECURSIVE heir AS ((SELECT a.attrelid, a.attnum, a.attname "
	"  FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid "
	"  AND a.attnum = d.refobjsubid WHERE d.refobjsubid > 0 "
	"  AND d.refclassid = 'pg_class'::regclass AND a.attinhcount > 0 "
	/* No dependency tells of comments and grants. */
	"  UNION ALL SELECT a.attrelid, a.attnum, a.attname "
	"  FROM pg_description d JOIN pg_attribute a ON a.attrelid = d.objoid "
	"  AND a.attnum = d.objsubid WHERE d.objsubid > 0 "
	"  AND d.classoid = 'pg_class'::regclass AND a.attinhcount > 0 "
	"  UNION ALL SELECT attrelid, attnum, attname FROM pg_attribute "
	"  WHERE attacl IS NOT NULL AND attinhcount > 0) "
	"UNION SELECT b.attrelid, b.attnum, b.attname FROM heir h "
	"  JOIN pg_inherits i ON i.inhrelid = h.attrelid "
	"  JOIN pg_attribute b ON b.attrelid = i.inhparent "
	"  AND b.attname = h.attname AND b.attinhcount > 0) "
	"SELECT 'pg_class'::regclass::oid, h.attrelid, h.attnum, "
	"'pg_class'::regclass::oid, b.attrelid, b.attnum FROM heir h "
	"JOIN pg_inherits i ON i.inhrelid = h.attrelid JOIN pg_attribute b "
	"ON b.attrelid = i.inhparent AND b.attname = h.attname";

/*
 * Changes whenever the catalogues that are read do: each row as what it is
 * and what wrote it last, added up.  No other way to count with a
 * transaction's number is as cheap as its distance from another's; those that
 * made the server's first rows have none (2147483647).
 */
#define STAMP(catalogue, id, where) \
	"SELECT concat_ws(' ', '" catalogue "', count(*), " \
	"sum(hashint8extended(" id ", (nullif(age(xmin), 2147483647)" \
	"::bigint - age('3'::xid)) & 4294967295))) " \
	"FROM " catalogue " WHERE " where " "
#define STAMPS \
	"SELECT string_agg(x, ' ' ORDER BY x) FROM (" \
	STAMP("pg_class", "oid::bigint", \
	    "oid >= 16384 AND relkind <> 't' AND relpersistence <> 't'") \
	"UNION ALL " STAMP("pg_attribute", "attrelid::bigint * 2048 + attnum", \
	    "attrelid >= 16384 AND attnum > 0") \
	"UNION ALL " STAMP("pg_attrdef", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_constraint", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_proc", "oid::bigint", "oid >= 16384") \
	"UNION ALL " STAMP("pg_type", "oid::bigint", "oid >= 16384") \
	"UNION ALL " STAMP("pg_enum", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_sequence", "seqrelid::bigint", "true") \
	"UNION ALL " STAMP("pg_trigger", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_policy", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_namespace", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_statistic_ext", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_event_trigger", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_publication_rel", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_foreign_server", "oid::bigint", "true") \
	"UNION ALL " STAMP("pg_collation", "oid::bigint", "oid >= 16384") \
	"UNION ALL " STAMP("pg_operator", "oid::bigint", "oid >= 16384") \
	"UNION ALL " STAMP("pg_rewrite", "oid::bigint", "oid >= 16384") \
	"UNION ALL " STAMP("pg_index", "indexrelid::bigint", \
	    "indexrelid >= 16384") ") q(x)"
/*
 * Can anything have been finished since our snapshot?  Not where no number was
 * handed out that it does not know, and all that ran then still do.  age()
 * counts from the number that is next when a transaction first asks for it.
 */
#define MAY_HAVE_CHANGED \
	"(SELECT ((txid_snapshot_xmax(s) - 3 - age('3'::xid)) & 4294967295) " \
	"<> 0 OR EXISTS (SELECT FROM txid_snapshot_xip(s) x WHERE " \
	"txid_status(x) IS DISTINCT FROM 'in progress') " \
	"FROM txid_current_snapshot() s)"
/*
 * The catalogues of our snapshot, asked for at its end; null where nobody need
 * compare them with those of afterwards.  That is left with the session, where
 * it can be looked up without a transaction.  Behind a pooler it may be
 * another session's, which the id of this reading tells: somebody looks.
 */
#define STEADY	"pgrunbook.steady"
#define ASK_FOR_STAMP \
	"SELECT CASE WHEN may_have THEN (" STAMPS ") END, set_config('" STEADY \
	"', CASE WHEN may_have THEN '' ELSE '%s' END, false) " \
	"FROM (SELECT " MAY_HAVE_CHANGED " OFFSET 0) m(may_have)"
#define ASK_FOR_STAMP_AGAIN \
	"SELECT CASE WHEN current_setting('" STEADY "', true) " \
	"IS DISTINCT FROM '%s' THEN (" STAMPS ") END"

/* What a snapshot's pipeline asks, in order; kinds come between. */
enum before_kinds { ASK_BEGIN, ASK_SETTINGS, BEFORE_KINDS };
enum after_kinds {
	ASK_DEPENDENCIES, ASK_HEIRS, ASK_LEFT_OUT, ASK_STAMP, ASK_COMMIT,
	ASK_STAMP_AGAIN, AFTER_KINDS
};

/* How far all of them are. */
struct reading {
	void	(*progress)(void *arg, size_t done, size_t total);	/* may be null */
	void	*arg;
	size_t	 done, total;
};

struct reader {
	struct reading	*reading;
	struct pg_session *session;
	struct snapshot_maker maker;
	struct linker	*linker;
	const struct schema_kind **kinds;	/* that this server has */
	const char	**queries;
	int		 kind_count;
	char		*stamp;		/* null: there was no need */
	bool		 is_steady;	/* nothing changed meanwhile */
	struct thread	*finishing;	/* from its last answer on */
	struct schema_snapshot *snapshot;	/* when it is finished */
};

/* ---- one answer ---------------------------------------------------------- */

/* Columns of a kind's answer. */
struct columns {
	int	ref, schema, name, parent, depends;
};

static const char *
column(const struct pg_result *r, int row, int number)
{
	return number < 0 ? NULL : pg_value(r, row, number);
}

static int
add_object(struct reader *rd, const struct schema_kind *k,
    const struct values_layout *l, const struct columns *at,
    const struct pg_result *r, int row, struct error *err)
{
	const char *depends = column(r, row, at->depends);
	size_t place = rd->maker.snapshot->count;
	json_t *keys = NULL;

	if (depends != NULL &&
	    json_parse(depends, strlen(depends), &keys, err) < 0)
		return -1;
	snapshot_add(&rd->maker, k, column(r, row, at->schema),
	    column(r, row, at->name),
	    values_pack(rd->maker.arena, l, r, row));
	link_object(rd->linker, place, k, column(r, row, at->ref),
	    column(r, row, at->parent), keys);
	json_decref(keys);
	return 0;
}

static int
take_kind(struct reader *rd, int number, const struct pg_result *r,
    struct error *err)
{
	const struct schema_kind *k = rd->kinds[number];
	const struct values_layout *l = values_layout_new(rd->maker.snapshot,
	    k, schema_kind_query(k, pg_server_version(rd->session)), r);
	const struct columns at = { PQfnumber(r->res, "ref"),
		PQfnumber(r->res, "schema"), PQfnumber(r->res, "name"),
		PQfnumber(r->res, "parent"), PQfnumber(r->res, "depends") };

	for (int i = 0; i < r->rows; i++)
		if (add_object(rd, k, l, &at, r, i, err) < 0)
			return error_context(err, "could not read %s objects",
			    k->name);
	return 0;
}

static void
take_left_out(struct reader *rd, const struct pg_result *r)
{
	struct schema_snapshot *s = rd->maker.snapshot;

	s->left_out = NEW_ARRAY(s, const char *, r->rows + 1);
	for (int i = 0; i < r->rows; i++)
		s->left_out[i] = mem_strdup(s->left_out, pg_value(r, i, 0));
}

static int
on_result(void *arg, int i, const struct pg_result *r, struct error *err)
{
	struct reader *rd = arg;
	struct reading *all = rd->reading;

	if (all->progress != NULL)
		all->progress(all->arg, ++all->done, all->total);
	if (i < BEFORE_KINDS)
		return 0;
	i -= BEFORE_KINDS;
	if (i < rd->kind_count)
		return take_kind(rd, i, r, err);
	switch ((enum after_kinds)(i - rd->kind_count)) {
	case ASK_DEPENDENCIES:
		link_dependencies(rd->linker, r);
		break;
	case ASK_HEIRS:
		link_heirs(rd->linker, r);
		break;
	case ASK_LEFT_OUT:
		take_left_out(rd, r);
		break;
	case ASK_STAMP:
		rd->stamp = mem_strdup(rd->queries, pg_value(r, 0, 0));
		break;
	case ASK_STAMP_AGAIN:
		rd->is_steady = rd->stamp == NULL ||
		    str_equal(rd->stamp, pg_value(r, 0, 0));
		break;
	default:
		break;
	}
	return 0;
}

/* ---- one server ---------------------------------------------------------- */

/* Fills the kinds that this server has; the queries, null-terminated. */
static const char **
queries_new(const void *owner, const struct pg_session *s,
    const struct schema_kind **kinds, int *kind_count)
{
	const char **queries = NEW_ARRAY(owner, const char *,
	    schema_kind_count + BEFORE_KINDS + (int)AFTER_KINDS + 1);
	const char **q = queries, *id = uuid_new(queries);

	*kind_count = 0;
	*q++ = begin;
	*q++ = settings;
	for (int i = 0; i < schema_kind_count; i++) {
		const char *query = schema_kind_query(schema_kinds[i],
		    pg_server_version(s));

		if (query == NULL)
			continue;
		kinds[(*kind_count)++] = schema_kinds[i];
		*q++ = mem_printf(queries, "%s%s", prelude, query);
	}
	*q++ = dependencies;
	*q++ = heirs;
	*q++ = mem_printf(queries, "%s%s", prelude, left_out);
	*q++ = mem_printf(queries, ASK_FOR_STAMP, id);
	*q++ = "COMMIT";
	*q++ = mem_printf(queries, ASK_FOR_STAMP_AGAIN, id);
	return queries;
}

const char *const *
schema_read_queries(const void *owner, struct pg_session *s)
{
	const struct schema_kind **kinds = NEW_ARRAY(owner,
	    const struct schema_kind *, schema_kind_count);
	int count;

	return queries_new(owner, s, kinds, &count);
}

static void
reader_begin(struct reader *rd, const void *owner, struct pg_session *s,
    struct reading *reading)
{
	*rd = (struct reader){ .session = s, .reading = reading };
	snapshot_begin(&rd->maker, owner);
	rd->maker.snapshot->server_version = pg_server_version(s);
	rd->linker = linker_new(owner, &rd->maker);
	rd->kinds = NEW_ARRAY(owner, const struct schema_kind *,
	    schema_kind_count);
	rd->queries = queries_new(owner, s, rd->kinds, &rd->kind_count);
}

static int
query_count(const struct reader *rd)
{
	return rd->kind_count + BEFORE_KINDS + (int)AFTER_KINDS;
}

/* What was asked when it failed, for people. */
static int
explain(const struct reader *rd, int failed, struct error *err)
{
	int kind = failed - BEFORE_KINDS;

	if (kind < 0 || err->code != ERR_SQL)
		return -1;
	if (kind < rd->kind_count)
		return error_context(err, "could not read %s objects",
		    rd->kinds[kind]->name);
	if (kind == rd->kind_count + (int)ASK_DEPENDENCIES)
		return error_context(err, "could not read dependencies");
	return -1;
}

static int
check_version(struct pg_session *s, struct error *err)
{
	if (pg_server_version(s) >= OLDEST_SERVER)
		return 0;
	error_set(err, ERR_EXPECT, "server version %d is too old",
	    pg_server_version(s) / 10000);
	error_detail(err, "schemas are read from version %d on",
	    OLDEST_SERVER / 10000);
	return -1;
}

/* ---- all servers --------------------------------------------------------- */

/* What is left to do without the server. */
static void
finish(void *arg)
{
	struct reader *rd = arg;

	if (rd->is_steady)
		link_all(rd->linker);
	rd->snapshot = rd->maker.snapshot;
	snapshot_finish(&rd->maker);
}

/* While other servers may still have something to say. */
static void
on_end(void *arg, int rc)
{
	struct reader *rd = arg;

	rd->is_steady = rd->is_steady && rc == 0;
	rd->finishing = thread_begin(finish, rd);
}

/* Once; what was steady is done, and its place in snapshots filled. */
static int
read_once(const void *owner, const void *scratch,
    struct pg_session *const *sessions, size_t count,
    struct schema_snapshot **snapshots, struct reading *reading,
    size_t *failed, struct error *err)
{
	struct reader *readers = NEW_ARRAY(scratch, struct reader, count);
	struct pg_pipeline *lines = NEW_ARRAY(scratch, struct pg_pipeline, count);
	size_t *places = NEW_ARRAY(scratch, size_t, count), running = 0;
	struct error later;
	int rc;

	for (size_t i = 0; i < count; i++) {
		struct reader *rd = &readers[running];

		if (snapshots[i] != NULL)
			continue;
		reader_begin(rd, scratch, sessions[i], reading);
		reading->total += (size_t)query_count(rd);
		lines[running] = (struct pg_pipeline){ .session = sessions[i],
			.queries = rd->queries, .count = query_count(rd),
			.on_result = on_result, .on_end = on_end, .arg = rd };
		places[running++] = i;
	}
	/* Answers come in lots; the first lot may have to wait for a lock. */
	if (running > 0 && reading->progress != NULL)
		reading->progress(reading->arg, 0, reading->total);
	rc = pg_pipelines_run(lines, running);
	for (size_t i = 0; i < running; i++) {
		struct reader *rd = &readers[i];

		if (lines[i].rc != 0 && pg_alive(rd->session))
			(void)!pg_rollback(rd->session, &later);
		if (lines[i].rc != 0 && err->code == ERR_NONE) {
			*err = lines[i].err;
			*failed = places[i];
			explain(rd, lines[i].failed, err);
		}
		/* Nothing was asked at all. */
		if (rd->finishing == NULL)
			on_end(rd, -1);
		thread_join(rd->finishing);
		if (rd->is_steady && rc == 0)
			snapshots[places[i]] = talloc_steal(owner, rd->snapshot);
	}
	return rc;
}

int
schema_read_each(const void *owner, struct pg_session *const *sessions,
    size_t count, struct schema_snapshot **snapshots,
    void (*progress)(void *arg, size_t done, size_t total), void *arg,
    size_t *failed, struct error *err)
{
	size_t left = count, nobody;

	failed = failed == NULL ? &nobody : failed;
	error_clear(err);
	for (size_t i = 0; i < count; i++) {
		snapshots[i] = NULL;
		*failed = i;
		if (check_version(sessions[i], err) < 0)
			return -1;
	}
	/*
	 * Deparsed text follows the catalogue of now, rows that of the
	 * snapshot: a change meanwhile may have mixed the two.
	 */
	for (int try = 0; try < READ_TRIES && left > 0; try++) {
		void *scratch = talloc_new(owner);
		struct reading reading = { .progress = progress, .arg = arg };
		int rc = read_once(owner, scratch, sessions, count, snapshots,
		    &reading, failed, err);

		talloc_free(scratch);
		if (rc != 0)
			return -1;
		left = 0;
		for (size_t i = 0; i < count; i++) {
			left += snapshots[i] == NULL;
			*failed = snapshots[i] == NULL ? i : *failed;
		}
	}
	return left == 0 ? 0 : error_set(err, ERR_EXPECT, "the schema changed "
	    "while it was read, %d times in a row", READ_TRIES);
}

struct schema_snapshot *
schema_read(const void *owner, struct pg_session *s, struct error *err)
{
	struct schema_snapshot *result;

	return schema_read_each(owner, &s, 1, &result, NULL, NULL, NULL, err) < 0 ? NULL :
	    result;
}

/* schema/read.c - a snapshot from a server's catalogues. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/kind.h"
#include "schema/normalise.h"
#include "schema/snapshot.h"
#include "schema/snapshot_make.h"

#define OLDEST_SERVER	120000
#define READ_TRIES	3

static const char begin[] =
	"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/* What changes the text that the server deparses, or could keep us waiting. */
static const char settings[] =
	"SELECT set_config(n, v, true) FROM (VALUES ('search_path', ''), "
	"('TimeZone', 'UTC'), ('DateStyle', 'ISO, MDY'), "
	"('IntervalStyle', 'postgres'), ('extra_float_digits', '1'), "
	"('bytea_output', 'hex'), ('quote_all_identifiers', 'off'), "
	"('row_security', 'off'), ('xmloption', 'content'), "
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

/* Before every kind's query: see schema/kind.h. */
static const char prelude[] =
	"WITH member AS (SELECT classid, objid FROM pg_depend "
	"WHERE deptype = 'e'), "
	"platform AS (SELECT n.oid FROM pg_namespace n WHERE " IS_PLATFORM "), "
	"ours AS (SELECT n.oid, n.nspname, quote_ident(n.nspname) AS q "
	"FROM pg_namespace n WHERE n.nspname !~ '^pg_' "
	"AND n.nspname <> 'information_schema' "
	"AND n.nspname !~ '" OWN_SCHEMAS "' "
	"AND n.oid NOT IN (SELECT oid FROM platform) "
	"AND ('pg_namespace'::regclass, n.oid) NOT IN (SELECT * FROM member)), "
	"rel AS (SELECT r.*, n.nspname, n.q AS qs, "
	"quote_ident(r.relname) AS qn, n.q||'.'||quote_ident(r.relname) AS q "
	"FROM pg_class r JOIN ours n ON n.oid = r.relnamespace "
	"WHERE NOT " IS_BOOKKEEPING " AND r.relpersistence <> 't' "
	"AND ('pg_class'::regclass, r.oid) NOT IN (SELECT * FROM member)) ";

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

/* Only what is set down in pg_depend; a sequence's owner is a kind. */
static const char dependencies[] =
	"SELECT d.classid||':'||d.objid||':'||d.objsubid, "
	"d.refclassid||':'||d.refobjid||':'||d.refobjsubid, d.deptype "
	"FROM pg_depend d WHERE d.deptype IN ('n', 'a', 'i', 'e', 'P', 'S') "
	"AND NOT (d.classid = 'pg_class'::regclass AND d.deptype = 'a' "
	"AND EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objid "
	"AND c.relkind = 'S'))";

/* Changes whenever the catalogues that are read do. */
static const char stamp[] =
	"SELECT md5(string_agg(x, ',' ORDER BY x)) FROM ("
	"SELECT 'c'||oid||':'||xmin x FROM pg_class WHERE oid >= 16384 "
	"  AND relkind <> 't' AND relpersistence <> 't' "
	"UNION ALL SELECT 'a'||attrelid||'.'||attnum||':'||xmin "
	"  FROM pg_attribute WHERE attrelid >= 16384 "
	"UNION ALL SELECT 'd'||oid||':'||xmin FROM pg_attrdef "
	"UNION ALL SELECT 'k'||oid||':'||xmin FROM pg_constraint "
	"UNION ALL SELECT 'p'||oid||':'||xmin FROM pg_proc WHERE oid >= 16384 "
	"UNION ALL SELECT 't'||oid||':'||xmin FROM pg_type WHERE oid >= 16384 "
	"UNION ALL SELECT 'e'||oid||':'||xmin FROM pg_enum "
	"UNION ALL SELECT 'q'||seqrelid||':'||xmin FROM pg_sequence "
	"UNION ALL SELECT 'g'||oid||':'||xmin FROM pg_trigger "
	"UNION ALL SELECT 'y'||oid||':'||xmin FROM pg_policy "
	"UNION ALL SELECT 'n'||oid||':'||xmin FROM pg_namespace "
	"UNION ALL SELECT 's'||oid||':'||xmin FROM pg_statistic_ext "
	"UNION ALL SELECT 'v'||oid||':'||xmin FROM pg_event_trigger "
	"UNION ALL SELECT 'b'||oid||':'||xmin FROM pg_publication_rel "
	"UNION ALL SELECT 'f'||oid||':'||xmin FROM pg_foreign_server "
	"UNION ALL SELECT 'l'||oid||':'||xmin FROM pg_collation "
	"  WHERE oid >= 16384 "
	"UNION ALL SELECT 'o'||oid||':'||xmin FROM pg_operator "
	"  WHERE oid >= 16384 "
	"UNION ALL SELECT 'r'||oid||':'||xmin FROM pg_rewrite WHERE oid >= 16384 "
	"UNION ALL SELECT 'i'||indexrelid||':'||xmin FROM pg_index "
	"  WHERE indexrelid >= 16384) q";

struct reader {
	struct pg_session *session;
	struct schema_snapshot *snapshot;
	size_t	 room;
	json_t	*listed;	/* ref: object's place */
	json_t	*owners;	/* ref: ref of what it goes with */
	json_t	*members;	/* ref: it belongs to an extension */
	const char **parents;	/* ref by object */
	json_t	**depends;	/* set of keys by object; null: if it is there */
	json_t	*asked;		/* keys that kinds named: are they there? */
};

/* Deparsed texts of an object, settled. */
static void
normalise_members(json_t *attributes)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(attributes, next, name, value) {
		if (json_is_null(value)) {
			json_object_del(attributes, name);
		} else if (json_is_string(value)) {
			char *text = schema_normalise(NULL,
			    json_string_value(value));

			json_object_set_new(attributes, name, json_string(text));
			talloc_free(text);
		} else if (json_is_object(value)) {
			normalise_members(value);
		}
	}
}

static const char *
field(const struct pg_result *r, int row, const char *name)
{
	int column = PQfnumber(r->res, name);

	return column < 0 ? NULL : pg_value(r, row, column);
}

static json_t *
parse_field(const struct pg_result *r, int row, const char *name,
    struct error *err)
{
	const char *text = field(r, row, name);
	json_t *value = NULL;

	if (text == NULL)
		return json_object();
	if (json_parse(text, strlen(text), &value, err) < 0)
		return NULL;
	return value;
}

static int
add_object(struct reader *rd, const struct schema_kind *k,
    const struct pg_result *r, int row, struct error *err)
{
	struct schema_snapshot *s = rd->snapshot;
	struct schema_object *o;
	json_t *attributes, *facts, *depends;
	const char *parent = field(r, row, "parent");
	size_t place = s->count, i;
	json_t *key;

	attributes = parse_field(r, row, "attributes", err);
	facts = attributes == NULL ? NULL : parse_field(r, row, "facts", err);
	depends = facts == NULL ? NULL : parse_field(r, row, "depends", err);
	if (depends == NULL)
		return -1;
	if (!(k->flags & KIND_VERBATIM))
		normalise_members(attributes);
	o = snapshot_add(s, k->name, field(r, row, "schema"),
	    field(r, row, "name"), json_owned(s, attributes),
	    json_owned(s, facts));

	GROW(s, rd->parents, const char *, place + 1);
	rd->parents[place] = mem_strdup(rd->parents, parent);
	GROW(s, rd->depends, json_t *, place + 1);
	rd->depends[place] = json_owned(rd->parents, json_object());
	json_array_foreach(depends, i, key)
		json_object_set_new(rd->asked, json_string_value(key),
		    json_false());
	json_array_foreach(depends, i, key)
		json_object_set_new(rd->depends[place], json_string_value(key),
		    json_null());
	json_decref(depends);
	json_object_set_new(rd->listed, field(r, row, "ref"),
	    json_integer((json_int_t)place));
	(void)o;
	return 0;
}

static int
read_kind(struct reader *rd, const struct schema_kind *k, struct error *err)
{
	const char *query = k->since > 0 &&
	    rd->snapshot->server_version >= k->since ? k->query_since : k->query;
	void *scratch;
	char *sql;
	struct pg_result *r;
	int rc;

	if (query == NULL)
		return 0;
	scratch = talloc_new(rd->snapshot);
	sql = mem_printf(scratch, "%s%s", prelude, query);
	rc = pg_exec(scratch, rd->session, sql, 0, NULL, &r, err);

	if (rc < 0)
		rc = error_context(err, "could not read %s objects", k->name);
	for (int i = 0; rc == 0 && i < r->rows; i++)
		rc = add_object(rd, k, r, i, err);
	talloc_free(scratch);
	return rc;
}

/*
 * The object that ref is, or is a piece of; -1 where it is none of ours.  An
 * extension stands for its members where through_members says so.
 */
static int
resolve_piece(const struct reader *rd, const char *ref, bool through_members)
{
	for (int depth = 0; ref != NULL && depth < 8; depth++) {
		const json_t *place = json_object_get(rd->listed, ref);
		const char *colon = strrchr(ref, ':');
		char whole[64];

		if (place != NULL)
			return (int)json_integer_value(place);
		snprintf(whole, sizeof(whole), "%.*s:0", (int)(colon - ref), ref);
		place = json_object_get(rd->listed, whole);
		if (place != NULL)
			return (int)json_integer_value(place);
		if (json_object_get(rd->owners, ref) == NULL)
			ref = whole;
		if (!through_members && json_object_get(rd->members, ref) != NULL)
			return -1;
		ref = json_str(rd->owners, ref);
	}
	return -1;
}

static int
resolve(const struct reader *rd, const char *ref)
{
	return resolve_piece(rd, ref, true);
}

/* Which of two dependencies says better what an object is a piece of? */
static bool
owns(const char *deptype)
{
	return strchr("iaeP", *deptype) != NULL;
}

static bool
is_within(const struct schema_snapshot *s, const struct reader *rd, int inner,
    int outer)
{
	for (int depth = 0; inner >= 0 && depth < 8; depth++) {
		if (schema_kind_find(s->objects[inner].kind)->flags & KIND_FIRST)
			return false;
		inner = rd->parents[inner] == NULL ? -1 :
		    resolve(rd, rd->parents[inner]);
		if (inner == outer)
			return true;
	}
	return false;
}

static void
add_depend(struct reader *rd, int object, int on)
{
	if (object < 0 || on < 0 || object == on ||
	    is_within(rd->snapshot, rd, on, object))
		return;
	json_object_set_new(rd->depends[object], rd->snapshot->objects[on].key,
	    json_true());
}

static void
add_owner(struct reader *rd, const char *ref, const char *owner, char deptype)
{
	json_object_set_new(rd->owners, ref, json_string(owner));
	if (deptype == 'e')
		json_object_set_new(rd->members, ref, json_true());
}

static int
read_dependencies(struct reader *rd, struct error *err)
{
	struct pg_result *r;
	static const char order[] = "aPie";	/* the last one wins */

	if (pg_exec(rd->parents, rd->session, dependencies, 0, NULL, &r, err) < 0)
		return error_context(err, "could not read dependencies");
	for (const char *type = order; *type != '\0'; type++)
		for (int i = 0; i < r->rows; i++)
			if (*pg_value(r, i, 2) == *type && owns(type))
				add_owner(rd, pg_value(r, i, 0),
				    pg_value(r, i, 1), *type);
	/*
	 * What a partition's index or key has to do with its parent's is
	 * theirs to say: the one may be made before the other.
	 */
	for (int i = 0; i < r->rows; i++)
		if (strchr("PS", *pg_value(r, i, 2)) == NULL)
			add_depend(rd, resolve(rd, pg_value(r, i, 0)),
			    resolve(rd, pg_value(r, i, 1)));
	return 0;
}

/* Its parent's place; -1 where it has none. */
static int
parent_of(const struct reader *rd, size_t i)
{
	const struct schema_kind *k =
	    schema_kind_find(rd->snapshot->objects[i].kind);

	return rd->parents[i] == NULL ? -1 : resolve_piece(rd, rd->parents[i],
	    !(k->flags & KIND_OURS_BY_PARENT));
}

/* What only its parent could have made ours goes. */
static void
leave_out_strangers(struct reader *rd, const int *parents)
{
	struct schema_snapshot *s = rd->snapshot;
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++)
		if (parents[i] >= 0 || !(schema_kind_find(
		    s->objects[i].kind)->flags & KIND_OURS_BY_PARENT))
			s->objects[kept++] = s->objects[i];
	s->count = kept;
}

/* What kinds said that objects stand on, where it is there. */
static void
settle_asked(struct reader *rd)
{
	struct schema_snapshot *s = rd->snapshot;
	const char *key;
	json_t *value;
	void *next;

	if (json_object_size(rd->asked) == 0)
		return;
	for (size_t i = 0; i < s->count; i++)
		if (json_object_get(rd->asked, s->objects[i].key) != NULL)
			json_object_set_new(rd->asked, s->objects[i].key,
			    json_true());
	for (size_t i = 0; i < s->count; i++)
		json_object_foreach_safe(rd->depends[i], next, key, value)
			if (json_is_null(value) &&
			    !json_is_true(json_object_get(rd->asked, key)))
				json_object_del(rd->depends[i], key);
}

/* Parents by key, and what stands on them. */
static void
link_parents(struct reader *rd)
{
	struct schema_snapshot *s = rd->snapshot;
	int *parents = NEW_ARRAY(rd->parents, int, s->count + 1);

	for (size_t i = 0; i < s->count; i++) {
		struct schema_object *o = &s->objects[i];

		parents[i] = parent_of(rd, i);
		if (parents[i] < 0)
			continue;
		o->parent = s->objects[parents[i]].key;
		if (!(schema_kind_find(o->kind)->flags & KIND_FIRST))
			add_depend(rd, (int)i, parents[i]);
	}
	settle_asked(rd);
	for (size_t i = 0; i < s->count; i++)
		snapshot_set_depends(s, &s->objects[i], rd->depends[i]);
	leave_out_strangers(rd, parents);
}

static int
read_left_out(struct reader *rd, struct error *err)
{
	struct schema_snapshot *s = rd->snapshot;
	void *scratch = talloc_new(s);
	struct pg_result *r;
	int rc = pg_exec(scratch, rd->session,
	    mem_printf(scratch, "%s%s", prelude, left_out), 0, NULL, &r, err);

	if (rc == 0) {
		s->left_out = NEW_ARRAY(s, const char *, r->rows + 1);
		for (int i = 0; i < r->rows; i++)
			s->left_out[i] = mem_strdup(s->left_out,
			    pg_value(r, i, 0));
	}
	talloc_free(scratch);
	return rc;
}

static int
read_all(struct reader *rd, struct error *err)
{
	for (int i = 0; i < schema_kind_count; i++)
		if (read_kind(rd, schema_kinds[i], err) < 0)
			return -1;
	if (read_dependencies(rd, err) < 0)
		return -1;
	link_parents(rd);
	return read_left_out(rd, err);
}

static int
read_once(const void *scratch, struct reader *rd, char **before,
    struct error *err)
{
	struct pg_result *ignored;
	struct error later;
	int rc;

	if (pg_exec_script(rd->session, begin, err) < 0)
		return -1;
	rc = pg_exec(scratch, rd->session, settings, 0, NULL, &ignored, err);
	if (rc == 0)
		rc = pg_scalar(scratch, rd->session, stamp, 0, NULL, before, err);
	if (rc == 0)
		rc = read_all(rd, err);
	/* In any case: deparsing a view holds a lock until the end. */
	if (rc < 0 && pg_alive(rd->session))
		(void)!pg_exec_script(rd->session, "ROLLBACK", &later);
	else if (rc == 0)
		rc = pg_exec_script(rd->session, "COMMIT", err);
	return rc;
}

static void
reader_begin(struct reader *rd, const void *owner, struct pg_session *s)
{
	*rd = (struct reader){ .session = s };
	rd->snapshot = NEW(owner, struct schema_snapshot);
	rd->snapshot->server_version = pg_server_version(s);
	rd->parents = NEW_ARRAY(rd->snapshot, const char *, 0);
	rd->depends = NEW_ARRAY(rd->snapshot, json_t *, 0);
	rd->listed = json_object();
	rd->owners = json_object();
	rd->members = json_object();
	rd->asked = json_object();
}

static void
reader_end(struct reader *rd)
{
	json_decref(rd->listed);
	json_decref(rd->owners);
	json_decref(rd->members);
	json_decref(rd->asked);
	talloc_free(rd->depends);
	talloc_free(rd->parents);
}

struct schema_snapshot *
schema_read(const void *owner, struct pg_session *s, struct error *err)
{
	void *scratch = talloc_new(owner);
	struct schema_snapshot *result = NULL;

	if (pg_server_version(s) < OLDEST_SERVER) {
		error_set(err, ERR_EXPECT, "server version %d is too old",
		    pg_server_version(s) / 10000);
		error_detail(err, "schemas are read from version %d on",
		    OLDEST_SERVER / 10000);
		talloc_free(scratch);
		return NULL;
	}
	/*
	 * Deparsed text follows the catalogue of now, rows that of the
	 * snapshot: a change meanwhile may have mixed the two.
	 */
	for (int i = 0; i < READ_TRIES && result == NULL; i++) {
		struct reader rd;
		char *before = NULL, *after = NULL;
		int rc;

		reader_begin(&rd, scratch, s);
		rc = read_once(scratch, &rd, &before, err);
		reader_end(&rd);
		if (rc < 0 || pg_scalar(scratch, s, stamp, 0, NULL, &after,
		    err) < 0) {
			talloc_free(scratch);
			return NULL;
		}
		if (str_equal(before, after))
			result = talloc_steal(owner, rd.snapshot);
	}
	if (result == NULL)
		error_set(err, ERR_EXPECT, "the schema changed while it was "
		    "read, %d times in a row", READ_TRIES);
	else
		snapshot_finish(result);
	talloc_free(scratch);
	return result;
}

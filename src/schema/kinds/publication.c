/*
 * schema/kinds/publication.c - publications, and the tables and schemas that
 * they hold.
 */

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

static char *
parameters(const void *owner, const struct schema_object *o)
{
	struct buffer *b = buffer_new(owner);

	buffer_printf(b, "publish = '%s', publish_via_partition_root = %s",
	    object_text(o, "publish"),
	    object_flag(o, "via_root") ? "true" : "false");
	if (object_text(o, "generated") != NULL)
		buffer_printf(b, ", publish_generated_columns = %s",
		    object_text(o, "generated"));
	return b->data;
}

static void
create(struct plan *p, const struct schema_object *to)
{
	void *scratch = talloc_new(NULL);

	plan_create(p, "CREATE PUBLICATION %s%s WITH (%s)", object_sql(to),
	    object_flag(to, "all_tables") ? " FOR ALL TABLES" : "",
	    parameters(scratch, to));
	talloc_free(scratch);
}

static bool
alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	void *scratch;

	if (object_differs(from, to, "all_tables"))
		return false;
	scratch = talloc_new(NULL);
	plan_alter(p, "ALTER PUBLICATION %s SET (%s%s)", object_sql(to),
	    parameters(scratch, to), object_text(from, "generated") != NULL &&
	    object_text(to, "generated") == NULL ?
	    ", publish_generated_columns = none" : "");
	talloc_free(scratch);
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	(void)to;
	if (from != NULL)
		judge_b(j, "subscribers receive other changes");
}

/* The platform's own is named as Supabase names it. */
#define PUBLICATIONS \
	"(SELECT * FROM pg_publication b WHERE NOT (b.pubname LIKE " \
	"'supabase\\_realtime%' AND EXISTS (SELECT FROM pg_roles " \
	"WHERE rolname = 'supabase_admin')))"

const struct schema_kind schema_kind_publication = {
	.name = "publication",
	.flags = KIND_VERBATIM,
	.query = "SELECT " REF("pg_publication", "b.oid") " AS ref, "
	    "'' AS schema, quote_ident(b.pubname) AS name, "
	    "jsonb_strip_nulls(jsonb_build_object('all_tables', "
	    "CASE WHEN b.puballtables THEN true END, 'publish', concat_ws(', ', "
	    "CASE WHEN b.pubinsert THEN 'insert' END, "
	    "CASE WHEN b.pubupdate THEN 'update' END, "
	    "CASE WHEN b.pubdelete THEN 'delete' END, "
	    "CASE WHEN b.pubtruncate THEN 'truncate' END), "
	    "'via_root', CASE WHEN (to_jsonb(b)->>'pubviaroot')::bool "
	    "  THEN true END, "
	    "'generated', CASE WHEN to_jsonb(b)->>'pubgencols' = 's' "
	    "  THEN 'stored' END)) AS attributes, "
	    "jsonb_build_object('drop', 'PUBLICATION '||quote_ident(b.pubname)) "
	    "AS facts FROM " PUBLICATIONS " b "
	    "WHERE " NOT_MEMBER("pg_publication", "b.oid"),
	.create = create,
	.drop = plain_drop,
	.alter = alter,
	.judge = judge,
};

/* ---- what it holds ----------------------------------------------------------- */

static void
held_create(struct plan *p, const struct schema_object *to)
{
	plan_create(p, "ALTER PUBLICATION %s ADD %s%s",
	    object_fact(to, "publication"), object_fact(to, "what"),
	    object_text(to, "of") != NULL ? object_text(to, "of") : "");
}

static void
held_drop(struct plan *p, const struct schema_object *from)
{
	plan_drop(p, "ALTER PUBLICATION %s DROP %s",
	    object_fact(from, "publication"), object_fact(from, "what"));
}

static void
held_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	(void)to;
	if (from == NULL)
		judge_b(j, "privilege widening: subscribers receive more");
	else
		judge_b(j, "subscribers receive other changes");
}

#define HELD_TABLE(of) \
	"SELECT " REF("pg_publication_rel", "x.oid") " AS ref, " \
	"'' AS schema, quote_ident(b.pubname)||' of '||r.q AS name, " \
	REF("pg_publication", "b.oid") " AS parent, " \
	"jsonb_build_object('of', " of ") AS attributes, " \
	"jsonb_build_object('publication', quote_ident(b.pubname), " \
	"'what', 'TABLE ONLY '||r.q) AS facts FROM pg_publication_rel x " \
	"JOIN " PUBLICATIONS " b ON b.oid = x.prpubid " \
	"JOIN rel r ON r.oid = x.prrelid WHERE " \
	NOT_MEMBER("pg_publication", "b.oid")

const struct schema_kind schema_kind_publication_table = {
	.name = "publication table",
	.flags = KIND_PART | KIND_DERIVED | KIND_BLOCKS | KIND_LOCKS_OTHERS,
	.query = HELD_TABLE("null"),
	.newer = {{ 150000, HELD_TABLE("nullif(concat("
	    "' ('||(SELECT string_agg(quote_ident(a.attname), ', ' "
	    "  ORDER BY a.attnum) FROM pg_attribute a "
	    "  WHERE a.attrelid = x.prrelid "
	    "  AND a.attnum = ANY (x.prattrs::int2[]))||')', "
	    "' WHERE ('||pg_get_expr(x.prqual, x.prrelid)||')'), '')") }},
	.create = held_create,
	.drop = held_drop,
	.judge = held_judge,
};

const struct schema_kind schema_kind_publication_schema = {
	.name = "publication schema",
	.flags = KIND_PART | KIND_DERIVED | KIND_VERBATIM | KIND_UNLOCKED,
	.newer = {{ 150000, "SELECT " REF("pg_publication_namespace", "x.oid")
	    " AS ref, '' AS schema, quote_ident(b.pubname)||' of schema '||n.q "
	    "AS name, " REF("pg_publication", "b.oid") " AS parent, "
	    "jsonb_build_object('publication', quote_ident(b.pubname), "
	    "'what', 'TABLES IN SCHEMA '||n.q) AS facts "
	    "FROM pg_publication_namespace x "
	    "JOIN " PUBLICATIONS " b ON b.oid = x.pnpubid "
	    "JOIN ours n ON n.oid = x.pnnspid WHERE "
	    NOT_MEMBER("pg_publication", "b.oid") }},
	.create = held_create,
	.drop = held_drop,
	.judge = held_judge,
};

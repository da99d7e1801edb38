/*
 * schema/kinds/foreign_data.c - foreign-data wrappers, servers and user
 * mappings.
 *
 * A mapping's options hold passwords: they are neither read nor compared,
 * and one that is made here has none.
 */

#include "base/memory.h"
#include "schema/judge.h"
#include "schema/kinds/options.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

/* ---- wrappers -------------------------------------------------------------- */

static const char *
or_none(const struct schema_object *o, const char *word, const char *none)
{
	return object_text(o, word) != NULL ? object_text(o, word) : none;
}

static void
wrapper_functions(struct buffer *b, const struct schema_object *o)
{
	buffer_printf(b, " %s %s", or_none(o, "handler", "NO HANDLER"),
	    or_none(o, "validator", "NO VALIDATOR"));
}

static void
wrapper_create(struct plan *p, const struct schema_object *to)
{
	struct buffer *b = buffer_new(NULL);

	wrapper_functions(b, to);
	options_add(b, to);
	plan_create(p, "CREATE FOREIGN DATA WRAPPER %s%s", object_sql(to),
	    b->data);
	talloc_free(b);
}

static bool
wrapper_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	struct buffer *b = buffer_new(NULL);

	wrapper_functions(b, to);
	options_add_change(b, from, to);
	plan_alter(p, "ALTER FOREIGN DATA WRAPPER %s%s", object_sql(to),
	    b->data);
	talloc_free(b);
	return true;
}

static void
judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	if (from != NULL && to == NULL)
		judge_b(j, "dependency break");
	else if (from != NULL)
		judge_b(j, "foreign tables may read elsewhere");
}

const struct schema_kind schema_kind_foreign_data_wrapper = {
	.name = "foreign data wrapper",
	.flags = KIND_VERBATIM,
	.query = "SELECT " REF("pg_foreign_data_wrapper", "w.oid") " AS ref, "
	    "'' AS schema, quote_ident(w.fdwname) AS name, "
	    "jsonb_strip_nulls(jsonb_build_object("
	    "'handler', CASE WHEN w.fdwhandler <> 0 THEN 'HANDLER '||"
	    "  w.fdwhandler::regproc END, "
	    "'validator', CASE WHEN w.fdwvalidator <> 0 THEN 'VALIDATOR '||"
	    "  w.fdwvalidator::regproc END, "
	    "'foreign_options', " FOREIGN_OPTIONS("w.fdwoptions") ")) "
	    "AS attributes, jsonb_build_object('drop', "
	    "'FOREIGN DATA WRAPPER '||quote_ident(w.fdwname)) AS facts "
	    "FROM pg_foreign_data_wrapper w "
	    "WHERE " NOT_MEMBER("pg_foreign_data_wrapper", "w.oid"),
	.create = wrapper_create,
	.drop = plain_drop,
	.alter = wrapper_alter,
	.judge = judge,
};

/* ---- servers --------------------------------------------------------------- */

static void
server_create(struct plan *p, const struct schema_object *to)
{
	struct buffer *b = buffer_new(NULL);

	buffer_printf(b, "CREATE SERVER %s", object_sql(to));
	if (object_text(to, "type") != NULL)
		buffer_printf(b, " TYPE %s", object_text(to, "type"));
	if (object_text(to, "version") != NULL)
		buffer_printf(b, " VERSION %s", object_text(to, "version"));
	buffer_printf(b, " FOREIGN DATA WRAPPER %s", object_text(to, "wrapper"));
	options_add(b, to);
	plan_create(p, "%s", b->data);
	talloc_free(b);
}

static bool
server_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	struct buffer *b;

	if (object_differs(from, to, "wrapper") ||
	    object_differs(from, to, "type"))
		return false;
	b = buffer_new(NULL);
	if (object_differs(from, to, "version"))
		buffer_printf(b, " VERSION %s", or_none(to, "version", "NULL"));
	options_add_change(b, from, to);
	plan_alter(p, "ALTER SERVER %s%s", object_sql(to), b->data);
	talloc_free(b);
	return true;
}

/* One that is made again has mappings without what nobody may read. */
static void
server_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	judge(j, from, to);
	if (from != NULL && to != NULL &&
	    (object_differs(from, to, "wrapper") ||
	    object_differs(from, to, "type")))
		judge_b(j, "data loss: options of its user mappings, passwords "
		    "perhaps");
}

const struct schema_kind schema_kind_server = {
	.name = "server",
	.flags = KIND_DERIVED | KIND_VERBATIM,
	.query = "SELECT " REF("pg_foreign_server", "s.oid") " AS ref, "
	    "'' AS schema, quote_ident(s.srvname) AS name, "
	    "jsonb_strip_nulls(jsonb_build_object("
	    "'type', quote_literal(s.srvtype), "
	    "'version', quote_literal(s.srvversion), "
	    "'wrapper', (SELECT quote_ident(w.fdwname) "
	    "  FROM pg_foreign_data_wrapper w WHERE w.oid = s.srvfdw), "
	    "'foreign_options', " FOREIGN_OPTIONS("s.srvoptions") ")) "
	    "AS attributes, jsonb_build_object('drop', "
	    "'SERVER '||quote_ident(s.srvname)) AS facts "
	    "FROM pg_foreign_server s "
	    "WHERE " NOT_MEMBER("pg_foreign_server", "s.oid"),
	.create = server_create,
	.drop = plain_drop,
	.alter = server_alter,
	.judge = server_judge,
};

/* ---- user mappings ----------------------------------------------------------- */

static void
mapping_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	(void)from;
	if (to == NULL)
		judge_b(j, "data loss: its options, a password perhaps");
	else
		judge_b(j, "options, a password perhaps, are to be given");
}

const struct schema_kind schema_kind_user_mapping = {
	.name = "user mapping",
	.flags = KIND_DERIVED | KIND_VERBATIM,
	.query = "SELECT " REF("pg_user_mapping", "m.umid") " AS ref, "
	    "'' AS schema, u.who||' on '||quote_ident(m.srvname) AS name, "
	    REF("pg_foreign_server", "m.srvid") " AS parent, "
	    "jsonb_build_object('definition', 'USER MAPPING FOR '||u.who||"
	    "' SERVER '||quote_ident(m.srvname)) AS attributes, "
	    "jsonb_build_object('drop', 'USER MAPPING FOR '||u.who||"
	    "' SERVER '||quote_ident(m.srvname)) AS facts "
	    "FROM pg_user_mappings m, LATERAL (SELECT CASE WHEN m.umuser = 0 "
	    "THEN 'PUBLIC' ELSE quote_ident(m.usename) END AS who) u "
	    "WHERE " NOT_MEMBER("pg_foreign_server", "m.srvid"),
	.create = plain_create,
	.drop = plain_drop,
	.judge = mapping_judge,
};

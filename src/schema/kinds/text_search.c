/*
 * schema/kinds/text_search.c - text search: parsers, templates,
 * dictionaries and configurations.
 */

#include "schema/judge.h"
#include "schema/kinds/plain.h"
#include "schema/plan.h"

#define STEP(word, column) \
	"CASE WHEN x." column " <> 0 THEN '" word " = '||x." column " END"
#define TS_QUERY(catalogue, prefix, words, definition, more) \
	"SELECT " REF(catalogue, "x.oid") " AS ref, n.q AS schema, " \
	"quote_ident(x." prefix "name) AS name, " \
	"jsonb_strip_nulls(jsonb_build_object('definition', 'TEXT SEARCH " words \
	" '||n.q||'.'||quote_ident(x." prefix "name)||' ('||concat_ws(', ', " \
	definition ")||')'" more ")) AS attributes, " \
	"jsonb_build_object('drop', 'TEXT SEARCH " words " '||n.q||'.'||" \
	"quote_ident(x." prefix "name)) AS facts FROM " catalogue " x " \
	"JOIN ours n ON n.oid = x." prefix "namespace WHERE " \
	NOT_MEMBER(catalogue, "x.oid")
#define NAMED(word, catalogue, prefix, column) \
	"(SELECT '" word " = '||quote_ident(s.nspname)||'.'||quote_ident(y." \
	prefix "name) FROM " catalogue " y JOIN pg_namespace s ON s.oid = y." \
	prefix "namespace WHERE y.oid = x." column ")"

const struct schema_kind schema_kind_ts_parser = {
	.name = "text search parser",
	.flags = KIND_DERIVED | KIND_VERBATIM,
	.query = TS_QUERY("pg_ts_parser", "prs", "PARSER",
	    STEP("START", "prsstart") ", " STEP("GETTOKEN", "prstoken") ", "
	    STEP("END", "prsend") ", " STEP("HEADLINE", "prsheadline") ", "
	    STEP("LEXTYPES", "prslextype"), ""),
	.create = plain_create, .drop = plain_drop, .judge = plain_judge,
};

const struct schema_kind schema_kind_ts_template = {
	.name = "text search template",
	.flags = KIND_DERIVED | KIND_VERBATIM,
	.query = TS_QUERY("pg_ts_template", "tmpl", "TEMPLATE",
	    STEP("INIT", "tmplinit") ", " STEP("LEXIZE", "tmpllexize"), ""),
	.create = plain_create, .drop = plain_drop, .judge = plain_judge,
};

const struct schema_kind schema_kind_ts_dictionary = {
	.name = "text search dictionary",
	.flags = KIND_DERIVED | KIND_VERBATIM,
	.query = TS_QUERY("pg_ts_dict", "dict", "DICTIONARY",
	    NAMED("TEMPLATE", "pg_ts_template", "tmpl", "dicttemplate")
	    ", x.dictinitoption", ""),
	.create = plain_create, .drop = plain_drop, .judge = plain_judge,
};

/* Mappings of a that b has not, or has otherwise. */
static void
each_lost_mapping(struct plan *p, const struct schema_object *a,
    const struct schema_object *b, bool add, plan_write write)
{
	const json_t *others = b == NULL ? NULL : object_json(b, "mappings");
	const char *token;
	json_t *dictionaries;

	json_object_foreach(json_object_get(object_attributes(a), "mappings"), token,
	    dictionaries) {
		const json_t *other = json_object_get(others, token);

		if (other != NULL && json_equal(dictionaries, other))
			continue;
		if (add)
			write(p, "ALTER TEXT SEARCH CONFIGURATION %s "
			    "ADD MAPPING FOR %s WITH %s", object_sql(a), token,
			    json_string_value(dictionaries));
		else
			write(p, "ALTER TEXT SEARCH CONFIGURATION %s "
			    "DROP MAPPING FOR %s", object_sql(a), token);
	}
}

static void
configuration_create(struct plan *p, const struct schema_object *to)
{
	plain_create(p, to);
	each_lost_mapping(p, to, NULL, true, plan_create);
}

static bool
configuration_alter(struct plan *p, const struct schema_object *from,
    const struct schema_object *to)
{
	if (object_differs(from, to, "definition"))
		return false;
	each_lost_mapping(p, from, to, false, plan_alter);
	each_lost_mapping(p, to, from, true, plan_alter);
	return true;
}

const struct schema_kind schema_kind_ts_configuration = {
	.name = "text search configuration",
	.flags = KIND_DERIVED | KIND_VERBATIM,
	.query = TS_QUERY("pg_ts_config", "cfg", "CONFIGURATION",
	    NAMED("PARSER", "pg_ts_parser", "prs", "cfgparser"),
	    ", 'mappings', (SELECT jsonb_object_agg(quote_ident(m.alias), m.d) "
	    "FROM (SELECT t.alias, string_agg(quote_ident(s.nspname)||'.'||"
	    "quote_ident(d.dictname), ', ' ORDER BY k.mapseqno) AS d "
	    "FROM pg_ts_config_map k JOIN pg_ts_dict d ON d.oid = k.mapdict "
	    "JOIN pg_namespace s ON s.oid = d.dictnamespace "
	    "JOIN ts_token_type(x.cfgparser) t ON t.tokid = k.maptokentype "
	    "WHERE k.mapcfg = x.oid GROUP BY t.alias) m)"),
	.create = configuration_create, .drop = plain_drop,
	.alter = configuration_alter, .judge = plain_judge,
};

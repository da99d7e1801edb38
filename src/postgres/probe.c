/*
 * postgres/probe.c - what the catalog says of a statement that ran alone.
 *
 * One row per node of the grammar.  A probe may be asked long after: it
 * tells what is there now, and what a second try would meet.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/classify.h"
#include "postgres/outcome_private.h"

/* "app"."orders", from a RangeVar. */
static char *
relation_name(const void *owner, const json_t *range)
{
	const char *schema = json_str(range, "schemaname");
	char *name = pg_quote_identifier(owner, json_str_or(range, "relname",
	    ""));

	if (schema == NULL)
		return name;
	return mem_printf(owner, "%s.%s", pg_quote_identifier(owner, schema),
	    name);
}

/* The same from a list of names. */
static char *
listed_name(const void *owner, const json_t *items)
{
	struct buffer *b = buffer_new(owner);
	size_t i;

	for (i = 0; i < json_array_size(items); i++)
		buffer_printf(b, "%s%s", i == 0 ? "" : ".",
		    pg_quote_identifier(b, json_str_or(json_object_get(
		    json_array_get(items, i), "String"), "sval", "")));
	return b->data;
}

/*
 * Ask with one or two values, and keep the question for people, with the
 * values in it.
 */
static int
ask(struct asking *q, const char *sql, const char *one, const char *two,
    struct pg_result **r, struct error *err)
{
	const char *params[] = { one, two };
	struct buffer *b = buffer_new(q->owner);
	const char *p;

	for (p = sql; *p != '\0'; p++)
		if (*p == '$' && (p[1] == '1' || p[1] == '2')) {
			buffer_puts(b, pg_quote_literal(b, params[p[1] - '1']));
			p++;
		} else {
			buffer_add(b, p, 1);
		}
	q->answer->query = b->data;
	return pg_exec(q->owner, q->session, sql, two == NULL ? 1 : 2, params,
	    r, err);
}

static bool
says(const struct pg_result *r, int column, const char *value)
{
	return r->rows > 0 && str_equal(pg_value(r, 0, column), value);
}

static int
repeat_is_harmless(struct asking *q, const char *why)
{
	q->answer->harmless = true;
	return conclude(q, OUTCOME_UNKNOWN, "%s; running it again does no "
	    "harm", why);
}

/* ---- indexes ------------------------------------------------------------------ */

static int
probe_index(struct asking *q, const json_t *n, struct error *err)
{
	char *table = relation_name(q->owner, json_object_get(n, "relation"));
	const char *index = json_str(n, "idxname");
	struct pg_result *r;

	if (index == NULL) {
		if (ask(q, "SELECT indexrelid::regclass, indisvalid FROM"
		    " pg_index WHERE indrelid = to_regclass($1)", table, NULL,
		    &r, err) != 0)
			return -1;
		return conclude(q, OUTCOME_UNKNOWN,
		    "the index has no name to look for");
	}
	if (ask(q, "SELECT i.indisvalid, i.indexrelid::regclass FROM pg_index"
	    " i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid ="
	    " to_regclass($1) AND c.relname = $2", table, index, &r, err) != 0)
		return -1;
	if (r->rows == 0)
		return conclude(q, OUTCOME_NOT_DONE, "index \"%s\" is not "
		    "there", index);
	if (says(r, 0, "t"))
		return conclude(q, OUTCOME_DONE, "index \"%s\" is there and "
		    "valid", index);
	/* IF NOT EXISTS would skip over it and leave it invalid. */
	q->answer->cure = mem_printf(q->owner, "DROP INDEX CONCURRENTLY IF EXISTS %s",
	    pg_value(r, 0, 1));
	return conclude(q, OUTCOME_NOT_DONE, "index \"%s\" is there, but "
	    "invalid: its build did not end", index);
}

static int
probe_reindex(struct asking *q, const json_t *n, struct error *err)
{
	char *name = relation_name(q->owner, json_object_get(n, "relation"));
	struct buffer *cure;
	struct pg_result *r;
	int i;

	if (json_object_get(n, "relation") == NULL)
		return repeat_is_harmless(q, "nothing tells whether it ended");
	if (ask(q, "SELECT i.indexrelid::regclass FROM pg_index i JOIN"
	    " pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid"
	    " AND c.relname ~ '_cc(new|old)[0-9]*$' AND"
	    " (i.indrelid = to_regclass($1) OR i.indrelid = (SELECT indrelid"
	    " FROM pg_index WHERE indexrelid = to_regclass($1)))"
	    " ORDER BY c.relname", name, NULL, &r, err) != 0)
		return -1;
	if (r->rows == 0)
		return repeat_is_harmless(q, "nothing is left over from it");
	/* One at a time: the server takes no list. */
	cure = buffer_new(q->owner);
	for (i = 0; i < r->rows; i++)
		buffer_printf(cure, "%sDROP INDEX CONCURRENTLY IF EXISTS %s",
		    i > 0 ? ";\n" : "", pg_value(r, i, 0));
	q->answer->cure = cure->data;
	return r->rows == 1 ? conclude(q, OUTCOME_NOT_DONE, "invalid index %s "
	    "is left over", pg_value(r, 0, 0)) : conclude(q, OUTCOME_NOT_DONE,
	    "%d invalid indexes are left over, %s among them", r->rows,
	    pg_value(r, 0, 0));
}

/* ---- drops ---------------------------------------------------------------------- */

static bool
is_relation(const char *kind)
{
	static const char *const kinds[] = {
		"OBJECT_FOREIGN_TABLE", "OBJECT_INDEX", "OBJECT_MATVIEW",
		"OBJECT_SEQUENCE", "OBJECT_TABLE", "OBJECT_VIEW",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(kinds); i++)
		if (str_equal(kinds[i], kind))
			return true;
	return false;
}

static int
probe_drop(struct asking *q, const json_t *n, struct error *err)
{
	const json_t *objects = json_object_get(n, "objects");
	struct pg_result *r;
	char *name;

	if (!is_relation(json_str_or(n, "removeType", "")) ||
	    json_array_size(objects) != 1)
		return conclude(q, OUTCOME_UNKNOWN,
		    "nothing in the catalog is asked for it");
	name = listed_name(q->owner, json_object_get(json_object_get(
	    json_array_get(objects, 0), "List"), "items"));
	if (ask(q, "SELECT to_regclass($1), (SELECT indisvalid FROM pg_index"
	    " WHERE indexrelid = to_regclass($1))", name, NULL, &r, err) != 0)
		return -1;
	if (pg_value(r, 0, 0) == NULL)
		return conclude(q, OUTCOME_DONE, "%s is gone", name);
	if (says(r, 1, "f"))
		return conclude(q, OUTCOME_NOT_DONE, "%s is there, and marked "
		    "invalid: dropping it did not end", name);
	return conclude(q, OUTCOME_NOT_DONE, "%s is still there", name);
}

/* ---- partitions, enums ------------------------------------------------------------ */

static int
probe_detach(struct asking *q, const json_t *n, const json_t *command,
    struct error *err)
{
	char *table = relation_name(q->owner, json_object_get(n, "relation"));
	char *part = relation_name(q->owner, json_object_get(json_object_get(
	    json_object_get(command, "def"), "PartitionCmd"), "name"));
	struct pg_result *r;

	if (ask(q, "SELECT inhdetachpending, to_regclass($2) FROM pg_inherits"
	    " WHERE inhrelid = to_regclass($2) AND inhparent ="
	    " to_regclass($1)", table, part, &r, err) != 0)
		return -1;
	if (r->rows == 0)
		return conclude(q, OUTCOME_DONE, "%s is no partition of %s",
		    part, table);
	if (says(r, 0, "f"))
		return conclude(q, OUTCOME_NOT_DONE,
		    "%s is still a partition of %s", part, table);
	q->answer->cure = mem_printf(q->owner,
	    "ALTER TABLE %s DETACH PARTITION %s FINALIZE", table, part);
	return conclude(q, OUTCOME_NOT_DONE, "%s is half detached", part);
}

static int
probe_alter_table(struct asking *q, const json_t *n, struct error *err)
{
	const json_t *commands = json_object_get(n, "cmds"), *command;

	command = json_object_get(json_array_get(commands, 0),
	    "AlterTableCmd");
	if (json_array_size(commands) == 1 && str_starts(json_str_or(command,
	    "subtype", ""), "AT_DetachPartition"))
		return probe_detach(q, n, command, err);
	return conclude(q, OUTCOME_UNKNOWN,
	    "nothing in the catalog is asked for it");
}

static int
probe_enum(struct asking *q, const json_t *n, struct error *err)
{
	char *type = listed_name(q->owner, json_object_get(n, "typeName"));
	const char *label = json_str_or(n, "newVal", "");
	struct pg_result *r;

	if (ask(q, "SELECT 1 FROM pg_enum WHERE enumtypid = to_regtype($1)"
	    " AND enumlabel = $2", type, label, &r, err) != 0)
		return -1;
	return r->rows > 0 ?
	    conclude(q, OUTCOME_DONE, "value \"%s\" is there", label) :
	    conclude(q, OUTCOME_NOT_DONE, "value \"%s\" is not there", label);
}

/* ---- databases ---------------------------------------------------------------------- */

static int
probe_create_database(struct asking *q, const json_t *n, struct error *err)
{
	const char *name = json_str_or(n, "dbname", "");
	struct pg_result *r;

	if (ask(q, "SELECT datname FROM pg_database WHERE datname = $1", name,
	    NULL, &r, err) != 0)
		return -1;
	return r->rows > 0 ?
	    conclude(q, OUTCOME_DONE, "database \"%s\" is there", name) :
	    conclude(q, OUTCOME_NOT_DONE, "database \"%s\" is not there", name);
}

static int
probe_drop_database(struct asking *q, const json_t *n, struct error *err)
{
	const char *name = json_str_or(n, "dbname", "");
	struct pg_result *r;

	if (ask(q, "SELECT datconnlimit FROM pg_database WHERE datname = $1",
	    name, NULL, &r, err) != 0)
		return -1;
	if (r->rows == 0)
		return conclude(q, OUTCOME_DONE, "database \"%s\" is gone",
		    name);
	/* The mark of a database that was being dropped. */
	if (says(r, 0, "-2"))
		return conclude(q, OUTCOME_NOT_DONE, "database \"%s\" is half "
		    "dropped, and can only be dropped again", name);
	return conclude(q, OUTCOME_NOT_DONE, "database \"%s\" is still there",
	    name);
}

/* Its files are moved as a whole, or not at all. */
static int
probe_alter_database(struct asking *q, const json_t *n, struct error *err)
{
	const char *name = json_str_or(n, "dbname", "");
	const json_t *option = option_find(json_object_get(n, "options"),
	    "tablespace");
	const char *space = json_str(json_object_get(json_object_get(option,
	    "arg"), "String"), "sval");
	struct pg_result *r;

	if (space == NULL)
		return conclude(q, OUTCOME_UNKNOWN,
		    "nothing in the catalog is asked for it");
	if (ask(q, "SELECT s.spcname = $2, s.spcname FROM pg_database d JOIN"
	    " pg_tablespace s ON s.oid = d.dattablespace WHERE d.datname = $1",
	    name, space, &r, err) != 0)
		return -1;
	if (r->rows == 0)
		return conclude(q, OUTCOME_UNKNOWN, "database \"%s\" is not "
		    "there", name);
	return conclude(q, says(r, 0, "t") ? OUTCOME_DONE : OUTCOME_NOT_DONE,
	    "database \"%s\" is in tablespace \"%s\"", name,
	    pg_value(r, 0, 1));
}

/* ---- things of the whole server, by their names ------------------------------------ */

struct named {
	const char	*key, *word, *query;
};

/* Is it there?  wanted: so it is to be. */
static int
probe_named(struct asking *q, const json_t *n, const struct named *of,
    bool wanted, struct error *err)
{
	const char *name = json_str_or(n, of->key, "");
	struct pg_result *r;

	if (ask(q, of->query, name, NULL, &r, err) != 0)
		return -1;
	return conclude(q, (r->rows > 0) == wanted ? OUTCOME_DONE :
	    OUTCOME_NOT_DONE, "%s \"%s\" is %s", of->word, name,
	    r->rows > 0 ? "there" : "not there");
}

static const struct named tablespace = {
	"tablespacename", "tablespace",
	"SELECT spcname FROM pg_tablespace WHERE spcname = $1",
};

/* Its row appears with its slot, or not at all; of the slot only the publisher knows. */
static const struct named subscription = {
	"subname", "subscription",
	"SELECT subname FROM pg_subscription s JOIN pg_database d"
	" ON d.oid = s.subdbid WHERE d.datname = current_database()"
	" AND subname = $1",
};

static int
probe_create_tablespace(struct asking *q, const json_t *n, struct error *err)
{
	return probe_named(q, n, &tablespace, true, err);
}

static int
probe_drop_tablespace(struct asking *q, const json_t *n, struct error *err)
{
	return probe_named(q, n, &tablespace, false, err);
}

static int
probe_create_subscription(struct asking *q, const json_t *n, struct error *err)
{
	return probe_named(q, n, &subscription, true, err);
}

static int
probe_drop_subscription(struct asking *q, const json_t *n, struct error *err)
{
	return probe_named(q, n, &subscription, false, err);
}

/* ---- harmless ones -------------------------------------------------------------------- */

static int
probe_nothing(struct asking *q, const json_t *n UNUSED,
    struct error *err UNUSED)
{
	return repeat_is_harmless(q, "it leaves no trace of its own");
}

static const struct {
	const char	*node;
	int		(*probe)(struct asking *q, const json_t *n,
			    struct error *err);
} probes[] = {
	{ "AlterDatabaseStmt", probe_alter_database },
	{ "AlterEnumStmt", probe_enum },
	{ "AlterSystemStmt", probe_nothing },
	{ "AlterTableStmt", probe_alter_table },
	{ "CheckPointStmt", probe_nothing },
	{ "ClusterStmt", probe_nothing },
	{ "CreateSubscriptionStmt", probe_create_subscription },
	{ "CreateTableSpaceStmt", probe_create_tablespace },
	{ "CreatedbStmt", probe_create_database },
	{ "DropStmt", probe_drop },
	{ "DropSubscriptionStmt", probe_drop_subscription },
	{ "DropTableSpaceStmt", probe_drop_tablespace },
	{ "DropdbStmt", probe_drop_database },
	{ "IndexStmt", probe_index },
	{ "RefreshMatViewStmt", probe_nothing },
	{ "ReindexStmt", probe_reindex },
	{ "VacuumStmt", probe_nothing },
};

int
probe_statement(struct asking *q, const char *sql, struct error *err)
{
	json_t *node = sql_tree(sql);
	size_t i;
	int rc;

	for (i = 0; i < COUNT_OF(probes); i++) {
		const json_t *n = json_object_get(node, probes[i].node);

		if (n == NULL)
			continue;
		rc = probes[i].probe(q, n, err);
		json_decref(node);
		return rc;
	}
	json_decref(node);
	return conclude(q, OUTCOME_UNKNOWN,
	    "nothing in the catalog tells whether it ended");
}

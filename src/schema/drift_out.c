/* schema/drift_out.c - what a drift comes to: SQL by decisions, JSON. */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "schema/drift_make.h"

const char *
drift_truth_name(enum drift_truth t)
{
	static const char *const names[] = { "undecided", "migrations",
	    "database", "out of scope" };

	return names[t];
}

/* Only what was decided that way. */
static struct plan *
plan_for(const void *owner, const struct drift *d,
    const enum drift_truth *truths, enum drift_truth truth)
{
	const struct drift_inner *in = d->inner;
	bool *wanted = in->wanted;
	struct plan *p;

	for (size_t i = 0; i < d->count; i++)
		wanted[i] = truths[i] == truth;
	p = truth == TRUTH_MIGRATIONS ? plan_new(owner, in->actual,
	    in->expected, &in->forward, wanted, d->form) :
	    plan_new(owner, in->expected, in->actual, &in->codify, wanted,
	    FORM_MIGRATION);
	memset(wanted, 0, d->count * sizeof(*wanted));
	return p;
}

static char **
texts(const void *owner, const struct drift *d,
    const enum drift_truth *truths, enum drift_truth truth)
{
	struct plan *p = plan_for(NULL, d, truths, truth);
	char **result = plan_texts(owner, plan_statements(p, p));

	talloc_free(p);
	return result;
}

void
drift_sql(const void *owner, const struct drift *d,
    const enum drift_truth *truths, char ***forward, char ***codified)
{
	*forward = texts(owner, d, truths, TRUTH_MIGRATIONS);
	*codified = texts(owner, d, truths, TRUTH_DATABASE);
}

struct drift_statement *
drift_statements(const void *owner, const struct drift *d,
    const enum drift_truth *truths)
{
	struct plan *p = plan_for(NULL, d, truths, TRUTH_MIGRATIONS);
	struct drift_statement *list = plan_statements(owner, p);

	drift_statements_keep(list);
	talloc_free(p);
	return list;
}

static bool
refuses_transaction(const char *text)
{
	struct sql_script *script = sql_parse(NULL, text);
	bool refuses = script->count == 1 &&
	    script->statements[0].no_transaction;

	talloc_free(script);
	return refuses;
}

char *
drift_script(const void *owner, char *const *texts)
{
	struct buffer *b = buffer_new(NULL);
	char *script;

	for (; *texts != NULL; texts++)
		if (refuses_transaction(*texts))
			buffer_puts(b, *texts);
		else
			buffer_printf(b, "BEGIN;\n%sCOMMIT;\n", *texts);
	script = mem_strdup(owner, b->data);
	talloc_free(b);
	return script;
}

static json_t *
text_or_null(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

static json_t *
statements_to_json(const struct drift_statement *s)
{
	json_t *array = json_array();

	for (; s->text != NULL; s++)
		json_array_append_new(array, json_pack("{s:s, s:o, s:b, s:b, "
		    "s:b, s:I}", "sql", s->text, "lock",
		    text_or_null(s->lock), "scans", (int)s->scans,
		    "rewrites", (int)s->rewrites, "outside", (int)s->outside,
		    "transaction", (json_int_t)s->transaction + 1));
	return array;
}

static json_t *
item_to_json(const struct drift_item *item)
{
	static const char *const changes[] = { "add", "drop", "alter" };
	char class_[2] = { item->class_, '\0' };
	json_t *attributes = json_array();

	for (size_t i = 0; i < item->attribute_count; i++)
		json_array_append_new(attributes, json_pack("{s:s, s:o, s:o}",
		    "name", item->attributes[i].name,
		    "expected", text_or_null(item->attributes[i].expected),
		    "actual", text_or_null(item->attributes[i].actual)));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, "
	    "s:o, s:s, s:s, s:o, s:o, s:b, s:b}", "id", item->id,
	    "change", changes[item->change], "class", class_,
	    "kind", item->kind, "key", item->key, "title", item->title,
	    "attributes", attributes,
	    "reasons", json_texts(item->reasons),
	    "figures", json_texts(item->figures),
	    "needs", json_texts(item->needs),
	    "rename_sql", text_or_null(item->rename_sql),
	    "forward_sql", item->forward_sql, "codify_sql", item->codify_sql,
	    "statements", statements_to_json(item->statements),
	    "lock", text_or_null(item->lock), "rewrites", (int)item->rewrites,
	    "scans", (int)item->scans);
}

static json_t *
side_to_json(const struct schema_snapshot *s)
{
	return json_pack("{s:s, s:i, s:I, s:o}", "fingerprint", schema_fingerprint(s),
	    "server_version", s->server_version,
	    "objects", (json_int_t)s->count,
	    "left_out", json_texts(s->left_out));
}

json_t *
drift_to_json(const struct drift *d)
{
	json_t *items = json_array();

	for (size_t i = 0; i < d->count; i++)
		json_array_append_new(items, item_to_json(&d->items[i]));
	return json_pack("{s:{s:I, s:I, s:I, s:I}, s:o, s:o, s:o}", "counts",
	    "all", (json_int_t)d->count, "a", (json_int_t)d->count_a,
	    "b", (json_int_t)d->count_b, "c", (json_int_t)d->count_c,
	    "expected", side_to_json(d->expected),
	    "actual", side_to_json(d->actual), "items", items);
}

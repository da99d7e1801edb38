/* tests/schema/schemas.c - databases with a schema, read and compared. */

#include "harness/test.h"

#include <string.h>

#include "base/loop.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/schemas.h"

struct loop *
schemas_loop(void)
{
	static struct loop *l;

	if (l == NULL)
		l = loop_new(NULL);
	return l;
}

char *
schemas_database(const void *owner, const char *sql)
{
	char *name = cluster_new_db(owner);

	cluster_sql(name, sql);
	return name;
}

struct pg_session *
schemas_open(const void *owner, const char *dbname)
{
	struct pg_options options = { .application_name = "test" };
	struct error err;
	struct pg_target *t = pg_target_parse(owner, cluster_url(owner, dbname),
	    &err);
	struct pg_session *s;

	assert_got(t, &err);
	s = pg_open(owner, schemas_loop(), t, &options, &err);
	assert_got(s, &err);
	return s;
}

struct schema_snapshot *
schemas_read(const void *owner, const char *dbname)
{
	struct pg_session *s = schemas_open(owner, dbname);
	struct schema_snapshot *result;
	struct error err;

	result = schema_read(owner, s, &err);
	assert_got(result, &err);
	pg_close(s);
	return result;
}

struct schema_snapshot *
schemas_of(const void *owner, const char *sql)
{
	char *name = schemas_database(owner, sql);
	struct schema_snapshot *s = schemas_read(owner, name);

	cluster_drop_db(name);
	return s;
}

struct drift *
schemas_drift(const void *owner, const char *expected, const char *actual)
{
	return drift_compare(owner, schemas_of(owner, expected),
	    schemas_of(owner, actual), NULL);
}

const struct drift_item *
schemas_item(const struct drift *d, const char *key)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->items[i].key, key) == 0)
			return &d->items[i];
	fail_msg("no item \"%s\" among:\n%s", key, schemas_list(d, d));
	return NULL;
}

bool
schemas_has_reason(const struct drift_item *item, const char *reason)
{
	for (const char **r = item->reasons; *r != NULL; r++)
		if (strcmp(*r, reason) == 0)
			return true;
	return false;
}

char *
schemas_list(const void *owner, const struct drift *d)
{
	static const char *const changes[] = { "add", "drop", "alter" };
	struct buffer *b = buffer_new(owner);

	for (size_t i = 0; i < d->count; i++) {
		const struct drift_item *item = &d->items[i];

		buffer_printf(b, "%c %s %s", item->class_,
		    changes[item->change], item->key);
		for (const char **r = item->reasons; *r != NULL; r++)
			buffer_printf(b, "%s%s", r == item->reasons ? ": " :
			    "; ", *r);
		buffer_puts(b, "\n");
		for (size_t k = 0; k < item->attribute_count; k++)
			buffer_printf(b, "    %s: %s <- %s\n",
			    item->attributes[k].name,
			    item->attributes[k].expected == NULL ? "-" :
			    item->attributes[k].expected,
			    item->attributes[k].actual == NULL ? "-" :
			    item->attributes[k].actual);
	}
	return b->data;
}

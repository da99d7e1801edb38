/* schema/measure.c - figures from ACTUAL's data. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/drift_make.h"
#include "schema/kind.h"
#include "schema/measure.h"

#define COUNT_EXACTLY_BELOW	1000000
#define ITEMS_AT_ONCE	16	/* whose tables stay locked against changes */

struct measurement {
	const void	*owner;
	struct pg_session *session;
	const char	**figures;
	size_t		 count;
	json_t		*tables;	/* figures of those that were measured */
	bool		 is_open;	/* a transaction */
};

static const char begin[] =
	"BEGIN READ ONLY; SET LOCAL search_path = ''; "
	"SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '60s'; "
	"SET LOCAL TimeZone = 'UTC'";

/* Once: two that are about the same table ask for its size both. */
static void
say(struct measurement *m, char *text)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->figures[i], text) == 0)
			return;
	GROW(m->owner, m->figures, const char *, m->count + 2);
	m->figures[m->count++] = text;
	m->figures[m->count] = NULL;
}

void
measure_say(struct measurement *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(m, memory_check(talloc_vasprintf(m->owner, fmt, args)));
	va_end(args);
}

/* Is the session still good for the next probe? */
static bool
goes_on(const struct measurement *m, const struct error *err)
{
	return pg_alive(m->session) && err->code == ERR_SQL;
}

static int
end(struct measurement *m, struct error *err)
{
	if (!m->is_open || !pg_alive(m->session))
		return 0;
	m->is_open = false;
	return pg_exec_script(m->session, "ROLLBACK", err);
}

/* As measure_count(), of any value; null counts as one. */
static int
ask(const void *owner, struct measurement *m, const char *what, char **value,
    const char *sql, struct error *err)
{
	int rc = m->is_open ? 0 : pg_exec_script(m->session, begin, err);

	*value = NULL;
	m->is_open = rc == 0;
	if (rc == 0)
		rc = pg_scalar(owner, m->session, sql, 0, NULL, value, err);
	if (rc == 0)
		return 1;
	if (!goes_on(m, err))
		return -1;
	measure_say(m, "%s: %s", what, err->primary);
	error_clear(err);
	/* The next one begins anew. */
	m->is_open = true;
	return end(m, err);
}

static int
count_now(struct measurement *m, const char *what, int64_t *count,
    const char *sql, struct error *err)
{
	char *value;
	int rc = ask(NULL, m, what, &value, sql, err);

	if (rc > 0)
		*count = value == NULL ? 0 : strtoll(value, NULL, 10);
	talloc_free(value);
	return rc;
}

int
measure_count(struct measurement *m, const char *what, int64_t *count,
    struct error *err, const char *fmt, ...)
{
	va_list args;
	char *sql;
	int rc;

	va_start(args, fmt);
	sql = memory_check(talloc_vasprintf(NULL, fmt, args));
	va_end(args);
	rc = count_now(m, what, count, sql, err);
	talloc_free(sql);
	return rc;
}

void
measure_say_number(struct measurement *m, int64_t number, const char *one,
    const char *many)
{
	char *text = str_count(NULL, number);

	measure_say(m, "%s %s", text, number == 1 ? one : many);
	talloc_free(text);
}

int
measure_say_count(struct measurement *m, const char *one, const char *many,
    struct error *err, const char *fmt, ...)
{
	va_list args;
	int64_t count;
	char *sql;
	int rc;

	va_start(args, fmt);
	sql = memory_check(talloc_vasprintf(NULL, fmt, args));
	va_end(args);
	rc = count_now(m, many, &count, sql, err);
	if (rc > 0 && count > 0)
		measure_say_number(m, count, one, many);
	talloc_free(sql);
	return rc < 0 ? -1 : 0;
}

int
measure_say_values(struct measurement *m, const char *one, const char *many,
    const char *type, const char *condition, struct error *err)
{
	void *scratch = talloc_new(NULL);
	char *sql = mem_printf(scratch, "SELECT string_agg(format("
	    "'(SELECT count(*) FROM (SELECT %%I AS value FROM %%s%%s) q "
	    "WHERE %%s)', a.attname, CASE r.relkind WHEN 'p' THEN '' "
	    "ELSE 'ONLY ' END, r.oid::regclass, %s), ' + ') "
	    "FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid "
	    "WHERE a.atttypid = %s::regtype AND NOT a.attisdropped "
	    "AND r.relkind IN ('r', 'p') AND NOT r.relispartition",
	    pg_quote_literal(scratch, condition),
	    pg_quote_literal(scratch, type));
	char *sum;
	int rc = ask(scratch, m, many, &sum, sql, err);

	if (rc > 0 && sum != NULL)
		rc = measure_say_count(m, one, many, err, "SELECT %s", sum);
	talloc_free(scratch);
	return rc < 0 ? -1 : 0;
}

/* Bytes, and rows as the server thinks of them (-1: it does not know). */
static int
ask_extent(struct measurement *m, const char *table, int64_t *bytes,
    int64_t *rows, struct error *err)
{
	void *scratch = talloc_new(NULL);
	const char *name = pg_quote_literal(scratch, table);
	char *sql = mem_printf(scratch, "SELECT sum(pg_total_relation_size("
	    "relid))::int8||' '||CASE WHEN min(n) < 0 THEN -1 "
	    "ELSE coalesce(sum(n), 0) END::int8 FROM (SELECT r.relid, (SELECT "
	    "c.reltuples FROM pg_class c WHERE c.oid = r.relid "
	    "AND c.relkind <> 'p') AS n FROM " MEASURE_WITH_PARTITIONS ") t",
	    name, name);
	char *value, *end;
	int rc = ask(scratch, m, "size of the table", &value, sql, err);

	if (rc > 0) {
		*bytes = value == NULL ? 0 : strtoll(value, &end, 10);
		*rows = value == NULL ? 0 : strtoll(end, NULL, 10);
	}
	talloc_free(scratch);
	return rc;
}

/* What measure_table() says; null where a probe failed. */
static int
table_figures(struct measurement *m, const char *table, char **text,
    struct error *err)
{
	int64_t rows, bytes;
	const char *about = "";
	int rc = ask_extent(m, table, &bytes, &rows, err);
	char *size;

	*text = NULL;
	/* Never analysed (0 before 14), the size must do: rows take some bytes. */
	if (rc > 0 && (rows >= COUNT_EXACTLY_BELOW ||
	    (rows <= 0 && bytes > (int64_t)COUNT_EXACTLY_BELOW * 100)))
		about = rows <= 0 ? NULL : "about ";
	else if (rc > 0)
		rc = measure_count(m, "rows", &rows, err,
		    "SELECT count(*) FROM %s", table);
	if (rc <= 0)
		return rc;
	size = str_bytes(NULL, bytes);
	*text = about == NULL ?
	    mem_printf(m->owner, "rows not counted, %s", size) :
	    mem_printf(m->owner, "%s%s row%s, %s", about,
	    str_count(size, rows), rows == 1 ? "" : "s", size);
	talloc_free(size);
	return rc;
}

int
measure_table(struct measurement *m, const char *table, struct error *err)
{
	const char *known = json_str(m->tables, table);
	char *text;
	int rc;

	if (known != NULL) {
		measure_say(m, "%s", known);
		return 0;
	}
	rc = table_figures(m, table, &text, err);
	if (text != NULL) {
		json_object_set_new(m->tables, table, json_string(text));
		say(m, text);
	}
	return rc < 0 ? -1 : 0;
}

struct subject {
	struct measurement m;
	struct error	*err;
};

static int
measure_subject(void *arg, const struct schema_kind *k,
    const struct schema_object *from, const struct schema_object *to)
{
	struct subject *s = arg;

	return k->measure == NULL ? 0 : k->measure(&s->m, from, to, s->err);
}

int
drift_measure(struct drift *d, struct pg_session *actual, struct error *err)
{
	struct subject s = { .m = { .owner = d, .session = actual,
		.tables = json_owned(d, json_object()) }, .err = err };

	for (size_t i = 0; i < d->count; i++) {
		struct drift_item *item = &d->items[i];

		s.m.count = 0;
		s.m.figures = NEW_ARRAY(d, const char *, 1);
		if (drift_each_subject(d, i, measure_subject, &s) < 0 ||
		    ((i + 1) % ITEMS_AT_ONCE == 0 && end(&s.m, err) < 0))
			return error_context(err, "could not measure %s",
			    item->key);
		item->figures = s.m.figures;
	}
	return end(&s.m, err);
}

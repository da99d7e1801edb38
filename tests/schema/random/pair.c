/* tests/schema/random/pair.c - does what must hold of two schemas hold? */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/random/pair.h"
#include "schema/schemas.h"

struct ground {
	struct pg_session *a, *b;
	char	*url_a, *url_b;
	char	*pg_dump;	/* null: none that reads this server */
	struct buffer *sql;
};

/* What is wrong, and where. */
struct fault {
	void	*owner;
	char	*text;		/* null: nothing yet */
};

static bool
wrong(struct fault *f, const char *stage, const char *fmt, ...) PRINTF(3, 4);

static bool
wrong(struct fault *f, const char *stage, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = memory_check(talloc_vasprintf(f->owner, fmt, args));
	va_end(args);
	f->text = mem_printf(f->owner, "%s\n%s", stage, text);
	return false;
}

static bool
failed(struct fault *f, const char *stage, const struct error *err)
{
	return wrong(f, mem_printf(f->owner, "%s %s", stage, err->sqlstate),
	    "%s\n%s", err->primary, err->detail);
}

/* ---- databases ------------------------------------------------------------ */

#define MAKER	"maker"		/* owns all that a pair is made of */

static struct pg_session *
open_as_maker(const void *owner, const char *url)
{
	struct pg_options options = { .application_name = "properties" };
	struct error err;
	struct pg_target *t = pg_target_parse(owner, url, &err);
	struct pg_session *s;

	assert_got(t, &err);
	s = pg_open(owner, schemas_loop(), t, &options, &err);
	assert_got(s, &err);
	return s;
}

static char *
make_database(const void *owner)
{
	char *name = cluster_new_db(owner);

	cluster_sql(name, "DROP SCHEMA public");
	return cluster_url_as(owner, name, MAKER);
}

struct ground *
ground_new(const void *owner)
{
	struct ground *g = NEW(owner, struct ground);

	cluster_sql("postgres", "CREATE ROLE " MAKER " SUPERUSER LOGIN; "
	    "CREATE ROLE r1; CREATE ROLE r2");
	g->url_a = make_database(g);
	g->url_b = make_database(g);
	g->a = open_as_maker(g, g->url_a);
	g->b = open_as_maker(g, g->url_b);
	g->pg_dump = cluster_pg_dump(g);
	g->sql = buffer_new(g);
	return g;
}

void
ground_tidy(struct ground *g)
{
	struct error err;

	assert_ok(pg_exec_script(g->a, "VACUUM", &err), &err);
	assert_ok(pg_exec_script(g->b, "VACUUM", &err), &err);
}

const char *
ground_sql(const struct ground *g)
{
	return g->sql->data;
}

static bool
make(struct fault *f, struct pg_session *s, const char *stage, const char *sql)
{
	char *script = mem_printf(f->owner, "DROP OWNED BY " MAKER " CASCADE; %s",
	    sql);
	struct error err;

	if (pg_exec_script(s, script, &err) < 0)
		return failed(f, stage, &err);
	return true;
}

static struct schema_snapshot *
read_schema(struct fault *f, struct pg_session *s)
{
	struct error err;
	struct schema_snapshot *snapshot = schema_read(f->owner, s, &err);

	if (snapshot == NULL)
		failed(f, "reading", &err);
	return snapshot;
}

/* ---- what pg_dump says ------------------------------------------------------ */

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The parts of text between marks, sorted, without what part_matters denies. */
static char *
sorted(const void *owner, const char *text, const char *mark,
    char *(*part_as)(const void *owner, char *part))
{
	struct buffer *b = buffer_new(owner);
	char **parts = NEW_ARRAY(b, char *, 1);
	size_t count = 0;

	while (*text != '\0') {
		const char *end = strstr(text, mark);
		size_t size = end == NULL ? strlen(text) : (size_t)(end - text);

		GROW(b, parts, char *, count + 1);
		parts[count] = part_as(b, mem_strndup(b, text, size));
		count += parts[count] != NULL;
		text += size + (end == NULL ? 0 : strlen(mark));
	}
	qsort(parts, count, sizeof(*parts), compare_texts);
	for (size_t i = 0; i < count; i++)
		buffer_printf(b, "%s%s", parts[i], mark);
	return b->data;
}

static char *
line_as(const void *owner, char *line)
{
	size_t size = strlen(line);

	if (size > 0 && line[size - 1] == ',')
		line[size - 1] = '\0';
	return str_trim(owner, line);
}

/* Of a child: what it has from its parent may be its own besides. */
static char *
child_line_as(const void *owner, char *line)
{
	char *text = line_as(owner, line);

	return str_matches(text, "^(c[0-9]|id|\"C 3\"|"
	    "CONSTRAINT check_[0-3]_[01]) ") ? NULL : text;
}

/* The server numbers names that it gives by itself. */
static void
unnumber(char *statement)
{
	static const char *const ends[] = { "_idx", "_key", "_pkey", "_excl" };

	for (size_t i = 0; i < COUNT_OF(ends); i++)
		for (char *at = strstr(statement, ends[i]); at != NULL;
		    at = strstr(at + 1, ends[i])) {
			char *number = at + strlen(ends[i]);
			size_t size = strspn(number, "0123456789");

			memmove(number, number + size, strlen(number + size) + 1);
		}
}

/* A table's columns may stand in any order; comments and settings say nothing. */
static char *
statement_as(const void *owner, char *statement)
{
	char *text = statement;

	unnumber(statement);

	while (*text == '\n' || str_starts(text, "--") || *text == '\\')
		text += strcspn(text, "\n") + (*(text + strcspn(text, "\n")) != '\0');
	/* The server gives a partition's index its parent's comment, or none. */
	if (*text == '\0' || str_starts(text, "SET ") ||
	    str_matches(text, "^COMMENT ON INDEX s1\\.\"?t[0-9]_p[0-9]_") ||
	    str_matches(text, "^ALTER TABLE (ONLY s1.t4 ALTER COLUMN |s1.t4\n +"
	    "ADD CONSTRAINT check_[0-3])") ||
	    str_starts(text, "SELECT pg_catalog.set_config"))
		return NULL;
	if (strstr(text, "\nINHERITS (") != NULL)
		return sorted(owner, text, "\n", child_line_as);
	if (str_matches(text, "^CREATE (UNLOGGED |FOREIGN )?TABLE "))
		return sorted(owner, text, "\n", line_as);
	return text;
}

static char *
dump(const void *owner, const struct ground *g, const char *url)
{
	char *command = mem_printf(owner, "'%s' --schema-only '%s'", g->pg_dump,
	    url);
	struct buffer *b = buffer_new(owner);
	char chunk[8192];
	FILE *out = popen(command, "re");
	size_t size;

	assert_non_null(out);
	while ((size = fread(chunk, 1, sizeof(chunk), out)) > 0)
		buffer_add(b, chunk, size);
	assert_int_equal(pclose(out), 0);
	return sorted(owner, b->data, ";\n", statement_as);
}

/* Pieces that end like this and that only one of two sorted dumps has. */
static void
add_lonely(struct buffer *out, const char *a, const char *b, const char *end)
{
	for (int side = 0; side < 2; side++) {
		const char *text = side == 0 ? a : b, *other = side == 0 ? b : a;
		const char *next;

		for (; *text != '\0'; text = next) {
			const char *at = strstr(text, end);
			char *piece;

			next = at == NULL ? text + strlen(text) :
			    at + strlen(end);
			piece = mem_strndup(out, text, (size_t)(next - text));
			if (strstr(other, piece) == NULL)
				buffer_printf(out, "%c %s", "<>"[side], piece);
		}
	}
}

static char *
only_in_one(const void *owner, const char *a, const char *b)
{
	struct buffer *out = buffer_new(owner);

	add_lonely(out, a, b, "\n");
	/* The same lines in other statements. */
	if (out->size == 0)
		add_lonely(out, a, b, ";\n");
	return out->data;
}

/* ---- properties ------------------------------------------------------------- */

static bool
no_drift(struct fault *f, const char *stage,
    const struct schema_snapshot *expected, const struct schema_snapshot *actual)
{
	struct drift *d = drift_compare(f->owner, expected, actual, NULL);

	if (d->count > 0)
		return wrong(f, stage, "%s", schemas_list(f->owner, d));
	if (strcmp(schema_fingerprint(expected), schema_fingerprint(actual)) != 0)
		return wrong(f, stage, "no drift, but another fingerprint");
	return true;
}

static bool
same_items(struct fault *f, const char *stage, const struct drift *a,
    const struct drift *b)
{
	if (a->count != b->count)
		return wrong(f, stage, "%s--\n%s", schemas_list(f->owner, a),
		    schemas_list(f->owner, b));
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i].id, b->items[i].id) != 0)
			return wrong(f, stage, "%s is %s, %s is %s",
			    a->items[i].key, a->items[i].id, b->items[i].key,
			    b->items[i].id);
	return true;
}

static struct schema_snapshot *
as_file(struct fault *f, const struct schema_snapshot *s)
{
	json_t *j = schema_to_json(s);
	struct error err;
	struct schema_snapshot *again = schema_from_json(f->owner, j, &err);

	json_decref(j);
	if (again == NULL)
		failed(f, "snapshot file", &err);
	return again;
}

/* s becomes what wanted is. */
static bool
converges(struct fault *f, struct ground *g, const char *stage,
    struct pg_session *s, char **texts, const struct schema_snapshot *wanted)
{
	const struct schema_snapshot *now;
	struct error err;

	buffer_clear(g->sql);
	for (char **text = texts; *text != NULL; text++)
		buffer_printf(g->sql, "%s-- commit\n", *text);
	for (; *texts != NULL; texts++)
		if (pg_exec_script(s, *texts, &err) < 0)
			return failed(f, stage, &err);
	now = read_schema(f, s);
	return now != NULL && no_drift(f, stage, wanted, now);
}

static void
texts_of(const void *owner, const struct drift *d, enum drift_truth truth,
    char ***texts)
{
	enum drift_truth *truths = NEW_ARRAY(owner, enum drift_truth,
	    d->count + 1);
	char **ignored;

	for (size_t i = 0; i < d->count; i++)
		truths[i] = truth;
	if (truth == TRUTH_MIGRATIONS)
		drift_sql(owner, d, truths, texts, &ignored);
	else
		drift_sql(owner, d, truths, &ignored, texts);
}

static bool
same_dumps(struct fault *f, const char *stage, const char *wanted,
    const char *now)
{
	if (wanted == NULL || strcmp(wanted, now) == 0)
		return true;
	return wrong(f, stage, "%s", only_in_one(f->owner, wanted, now));
}

static bool
both_ways(struct fault *f, struct ground *g, const struct drift *d,
    bool with_dumps)
{
	char **forward, **reverse, *dump_a = NULL, *dump_b = NULL;

	texts_of(f->owner, d, TRUTH_MIGRATIONS, &forward);
	texts_of(f->owner, d, TRUTH_DATABASE, &reverse);
	if (with_dumps && g->pg_dump != NULL) {
		dump_a = dump(f->owner, g, g->url_a);
		dump_b = dump(f->owner, g, g->url_b);
	}
	return converges(f, g, "forward", g->a, forward, d->expected) &&
	    (dump_b == NULL || same_dumps(f, "forward, by pg_dump", dump_b,
	    dump(f->owner, g, g->url_a))) &&
	    converges(f, g, "reverse", g->b, reverse, d->actual) &&
	    (dump_a == NULL || same_dumps(f, "reverse, by pg_dump", dump_a,
	    dump(f->owner, g, g->url_b)));
}

static bool
all_hold(struct fault *f, struct ground *g, const char *from, const char *to,
    bool with_dumps)
{
	const struct schema_snapshot *a, *b, *again, *file;
	struct drift *d;

	buffer_clear(g->sql);
	if (!make(f, g->a, "making from", from) || !make(f, g->b, "making to", to))
		return false;
	a = read_schema(f, g->a);
	b = a == NULL ? NULL : read_schema(f, g->b);
	again = b == NULL ? NULL : read_schema(f, g->a);
	file = again == NULL ? NULL : as_file(f, b);
	if (file == NULL)
		return false;
	d = drift_compare(f->owner, b, a, NULL);
	return no_drift(f, "with itself", a, again) &&
	    no_drift(f, "with its file", b, file) &&
	    same_items(f, "ids", d, drift_compare(f->owner, file, again, NULL)) &&
	    both_ways(f, g, d, with_dumps);
}

char *
pair_fault(const void *owner, struct ground *g, const char *from, const char *to,
    bool with_dumps)
{
	struct fault f = { .owner = talloc_new(owner) };
	char *text = NULL;

	if (!all_hold(&f, g, from, to, with_dumps))
		text = mem_strdup(owner, f.text);
	talloc_free(f.owner);
	return text;
}

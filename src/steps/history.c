/*
 * steps/history.c - the books of Prisma, Supabase, and our own, as they are
 * read.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/history.h"

static const char *const layout_names[] = { "prisma", "supabase", "sql" };

static const char *const status_names[] = {
	[MIGRATION_PENDING] = "pending",
	[MIGRATION_APPLIED] = "applied",
	[MIGRATION_EDITED] = "edited",
	[MIGRATION_FAILED] = "failed",
	[MIGRATION_ROLLED_BACK] = "rolled_back",
	[MIGRATION_MISSING] = "missing"
};

static int
index_of(const char *const *names, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (str_equal(name, names[i]))
			return (int)i;
	return -1;
}

int
layout_parse(const char *name)
{
	return index_of(layout_names, COUNT_OF(layout_names), name);
}

const char *
layout_name(enum migrations_layout layout)
{
	return layout_names[layout];
}

const char *
migration_status_name(enum migration_status status)
{
	return status_names[status];
}

int
migration_status_parse(const char *name)
{
	return index_of(status_names, COUNT_OF(status_names), name);
}

bool
migration_is_pending(enum migration_status status)
{
	return status == MIGRATION_PENDING || status == MIGRATION_ROLLED_BACK;
}

/* ---- reading ---------------------------------------------------------------------- */

struct history *
history_open(const void *owner, const struct history_host *host,
    struct pg_session *s, enum migrations_layout layout, const char *schema,
    struct error *err)
{
	struct history *h = NEW(owner, struct history);
	char *name, *found, *sql;

	h->host = *host;
	h->session = s;
	h->layout = layout;
	h->schema = mem_strdup(h, schema);
	/* Prisma's connections have the URL's schema alone in their path. */
	sql = mem_printf(h, "SET search_path = %s",
	    pg_quote_identifier(h, schema));
	if (layout == LAYOUT_PRISMA && pg_exec_script(s, sql, err) < 0)
		goto failed;
	name = layout == LAYOUT_PRISMA ? mem_printf(h, "%s._prisma_migrations",
	    pg_quote_identifier(h, schema)) :
	    mem_strdup(h, layout == LAYOUT_SUPABASE ?
	    "supabase_migrations.schema_migrations" : "pgrunbook.migration");
	if (pg_scalar(h, s, "SELECT pg_catalog.to_regclass($1) IS NOT NULL", 1,
	    (const char *[]){ name }, &found, err) < 0)
		goto failed;
	h->has_table = str_equal(found, "t");
	return h;
failed:
	talloc_free(h);
	return NULL;
}

enum { COLUMN_NAME, COLUMN_CHECKSUM, COLUMN_STATE, COLUMN_LOGS, COLUMN_STARTED,
	COLUMN_FINISHED };

/* state: a applied, f failed, r rolled back */
static int
load(const void *owner, struct history *h, struct pg_result **r,
    struct error *err)
{
	static const char *const queries[] = {
		[LAYOUT_PRISMA] =
		    "SELECT migration_name, checksum,"
		    " CASE WHEN rolled_back_at IS NOT NULL THEN 'r'"
		    " WHEN finished_at IS NULL THEN 'f' ELSE 'a' END,"
		    " logs, started_at, finished_at"
		    " FROM _prisma_migrations ORDER BY started_at",
		[LAYOUT_SUPABASE] =
		    "SELECT version, NULL, 'a', NULL, NULL, NULL"
		    " FROM supabase_migrations.schema_migrations"
		    " ORDER BY version",
		[LAYOUT_SQL] =
		    "SELECT name, sha256, 'a', NULL, NULL, applied_at"
		    " FROM pgrunbook.migration ORDER BY name"
	};

	return pg_exec(owner, h->session, queries[h->layout], 0, NULL, r, err);
}

static void
add_bytes(struct sha256 *h, const char *text, size_t size, bool to_crlf)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (text[i] == '\r' && i + 1 < size && text[i + 1] == '\n')
			continue;
		if (text[i] == '\n' && to_crlf)
			sha256_add(h, "\r", 1);
		sha256_add(h, text + i, 1);
	}
}

/* Old engines wrote each byte without its leading zero. */
static void
unpadded(const char *hex, char out[SHA256_HEX_SIZE])
{
	size_t i, n = 0;

	for (i = 0; hex[i] != '\0' && hex[i + 1] != '\0'; i += 2) {
		if (hex[i] != '0')
			out[n++] = hex[i];
		out[n++] = hex[i + 1];
	}
	out[n] = '\0';
}

/* Prisma takes the text as it is, and with either kind of line ending. */
static bool
checksum_matches(const struct migration *m, const char *stored)
{
	char hex[3][SHA256_HEX_SIZE], old[SHA256_HEX_SIZE];
	struct sha256 *h;
	int i;

	if (stored == NULL)
		return true;
	snprintf(hex[0], sizeof(hex[0]), "%s", m->sha256);
	for (i = 1; i < 3; i++) {
		h = sha256_new(NULL);
		add_bytes(h, m->sql, m->size_bytes, i == 2);
		sha256_hex(h, hex[i]);
		talloc_free(h);
	}
	for (i = 0; i < 3; i++) {
		unpadded(hex[i], old);
		if (str_equal(stored, hex[i]) || str_equal(stored, old))
			return true;
	}
	return false;
}

/* ---- findings --------------------------------------------------------------------- */

static bool
is_called(const struct history *h, const char *name, const char *booked)
{
	size_t digits = strspn(name, "0123456789");

	return h->layout == LAYOUT_SUPABASE ? strlen(booked) == digits &&
	    strncmp(name, booked, digits) == 0 : str_equal(name, booked);
}

static struct migration_finding *
find(const struct history *h, struct migration_findings *f,
    const char *booked)
{
	size_t i;

	for (i = 0; i < f->in_folder; i++)
		if (is_called(h, f->list[i].name, booked))
			return &f->list[i];
	for (; i < f->count; i++)
		if (str_equal(f->list[i].name, booked))
			return &f->list[i];
	return NULL;
}

/* One that only the books have. */
static struct migration_finding *
add(struct migration_findings *f, const char *booked)
{
	GROW(f, f->list, struct migration_finding, f->count + 1);
	f->list[f->count] = (struct migration_finding){
		.name = mem_strdup(f, booked), .status = MIGRATION_PENDING };
	return &f->list[f->count++];
}

/* A row that still counts goes before one that was rolled back. */
static void
take_row(struct migration_findings *f, struct migration_finding *one,
    const struct migration *m, const struct pg_result *r, int row)
{
	const char *state = pg_value(r, row, COLUMN_STATE);

	if (*state == 'r') {
		if (one->live == 0)
			one->status = MIGRATION_ROLLED_BACK;
		return;
	}
	one->live++;
	if (*state == 'f')
		one->status = MIGRATION_FAILED;
	else if (one->status == MIGRATION_FAILED && one->live > 1)
		return;
	else if (m == NULL)
		one->status = MIGRATION_MISSING;
	else if (checksum_matches(m, pg_value(r, row, COLUMN_CHECKSUM)))
		one->status = MIGRATION_APPLIED;
	else
		one->status = MIGRATION_EDITED;
	one->logs = mem_strdup(f, pg_value(r, row, COLUMN_LOGS));
	one->started_at = mem_strdup(f, pg_value(r, row, COLUMN_STARTED));
	one->finished_at = mem_strdup(f, pg_value(r, row, COLUMN_FINISHED));
}

static void
count_up(struct migration_findings *f)
{
	const char *last = NULL;
	size_t i;

	for (i = 0; i < f->count; i++)
		if (!migration_is_pending(f->list[i].status) &&
		    (last == NULL || strcmp(last, f->list[i].name) < 0))
			last = f->list[i].name;
	for (i = 0; i < f->count; i++) {
		struct migration_finding *one = &f->list[i];

		one->is_out_of_order = i < f->in_folder && last != NULL &&
		    migration_is_pending(one->status) &&
		    strcmp(one->name, last) < 0;
		f->counts[one->status]++;
		f->out_of_order += one->is_out_of_order;
		f->duplicates += one->live > 1;
	}
}

static int
take_rows(struct migration_findings *f, struct history *h,
    const struct migration *list, struct error *err)
{
	struct migration_finding *one;
	const char *booked;
	struct pg_result *r;
	size_t i;
	int row;

	if (load(f, h, &r, err) < 0)
		return -1;
	for (row = 0; row < r->rows; row++) {
		booked = pg_value(r, row, COLUMN_NAME);
		one = find(h, f, booked);
		/* Rolled back, and its file is gone: that is over. */
		if (one == NULL && *pg_value(r, row, COLUMN_STATE) == 'r')
			continue;
		if (one == NULL)
			one = add(f, booked);
		i = (size_t)(one - f->list);
		take_row(f, one, i < f->in_folder ? &list[i] : NULL, r, row);
	}
	talloc_free(r);
	return 0;
}

struct migration_findings *
history_read(const void *owner, struct history *h,
    const struct migration *list, size_t count, struct error *err)
{
	struct migration_findings *f = NEW(owner, struct migration_findings);
	size_t i;

	f->list = NEW_ARRAY(f, struct migration_finding, count + 1);
	f->count = f->in_folder = count;
	for (i = 0; i < count; i++)
		f->list[i].name = mem_strdup(f, list[i].name);
	if (h->has_table && take_rows(f, h, list, err) < 0) {
		talloc_free(f);
		return NULL;
	}
	count_up(f);
	return f;
}

json_t *
history_findings_json(const struct migration_findings *f)
{
	json_t *list = json_array(), *all, *one;
	size_t i;

	for (i = 0; i < f->count; i++) {
		const struct migration_finding *m = &f->list[i];

		one = json_pack("{s:s, s:s}", "name", m->name, "status",
		    status_names[m->status]);
		if (m->is_out_of_order)
			json_object_set_new(one, "out_of_order", json_true());
		if (m->live > 1)
			json_object_set_new(one, "rows", json_integer(m->live));
		if (m->started_at != NULL)
			json_object_set_new(one, "started_at",
			    json_string(m->started_at));
		if (m->finished_at != NULL)
			json_object_set_new(one, "finished_at",
			    json_string(m->finished_at));
		if (m->logs != NULL && m->logs[0] != '\0')
			json_object_set_new(one, "logs",
			    json_text(m->logs, strlen(m->logs)));
		json_array_append_new(list, one);
	}
	all = json_pack("{s:o, s:I, s:I}", "migrations", list, "out_of_order",
	    (json_int_t)f->out_of_order, "duplicates",
	    (json_int_t)f->duplicates);
	for (i = 0; i < COUNT_OF(f->counts); i++)
		json_object_set_new(all, status_names[i],
		    json_integer((json_int_t)f->counts[i]));
	return all;
}

/* ---- may it go on? ------------------------------------------------------------------ */

static int
refuse_failed(const struct migration_finding *m, struct error *err)
{
	error_set(err, ERR_POLICY, "migration \"%s\" was begun and not finished "
	    "(P3009)", m->name);
	if (m->logs != NULL && m->logs[0] != '\0')
		error_detail(err, "%s", m->logs);
	error_hint(err, "look whether its changes are there, then \"pgrunbook "
	    "migrations resolve\" with --applied or --rolled-back \"%s\"",
	    m->name);
	return -1;
}

static int
refuse_missing(const struct migration_finding *m, struct error *err)
{
	error_set(err, ERR_POLICY,
	    "the database has version %s, and the folder has not", m->name);
	error_hint(err, "is the checkout up to date?  If it is: \"pgrunbook "
	    "migrations resolve --rolled-back %s\"", m->name);
	return -1;
}

static int
refuse_order(const struct migration_finding *m, struct error *err)
{
	error_set(err, ERR_POLICY, "migration \"%s\" is older than the last one "
	    "that is applied", m->name);
	error_hint(err, "rename it, or write \"include_all: true\"");
	return -1;
}

static int
refuse_edited(const struct migration_finding *m, struct error *err)
{
	error_set(err, ERR_POLICY,
	    "migration \"%s\" was edited after it was applied", m->name);
	error_hint(err, "undo the edit, and write what it meant as a new migration");
	return -1;
}

int
history_check(const struct history *h, const struct migration_findings *f,
    bool include_all, struct error *err)
{
	size_t i;

	for (i = 0; i < f->count; i++) {
		const struct migration_finding *m = &f->list[i];

		if (m->status == MIGRATION_FAILED)
			return refuse_failed(m, err);
		if (h->layout == LAYOUT_SUPABASE &&
		    m->status == MIGRATION_MISSING)
			return refuse_missing(m, err);
		if (h->layout == LAYOUT_SUPABASE && m->is_out_of_order &&
		    !include_all)
			return refuse_order(m, err);
		if (h->layout == LAYOUT_SQL && m->status == MIGRATION_EDITED)
			return refuse_edited(m, err);
	}
	return 0;
}

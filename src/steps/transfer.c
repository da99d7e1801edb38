/* steps/transfer.c - how far the rows have come (steps/transfer.h). */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "steps/transfer.h"

enum stage { COMES, BEGUN, COPIED, DONE };

struct table {
	const char	*name;		/* as the server writes it, quoted */
	char		*raw;		/* as pg_dump does: schema.table */
	int64_t		 bytes, rows_about, rows;
	enum stage	 stage;
};

struct transfer {
	struct attempt	*attempt;
	struct table	*tables;
	size_t		 count;
	int64_t		 bytes;		/* of all tables */
	int64_t		 objects, objects_done;
	bool		 is_parallel;	/* several jobs: they launch and finish */
};

/* public."Order" is public.Order to pg_dump. */
static char *
raw_name(const void *owner, const char *name)
{
	char *raw = mem_strdup(owner, name), *to = raw;
	bool quoted = false;

	for (; *name != '\0'; name++) {
		if (*name == '"' && quoted && name[1] == '"')
			*to++ = *++name;
		else if (*name == '"')
			quoted = !quoted;
		else
			*to++ = *name;
	}
	*to = '\0';
	return raw;
}

struct transfer *
transfer_new(const void *owner, struct attempt *a, const struct manifest *m,
    int64_t objects)
{
	struct transfer *t = NEW(owner, struct transfer);
	size_t i;

	t->attempt = a;
	t->objects = objects;
	t->count = m->table_count;
	t->tables = NEW_ARRAY(t, struct table, t->count + 1);
	for (i = 0; i < t->count; i++) {
		const struct manifest_table *of = &m->tables[i];

		t->tables[i].name = of->name;
		t->tables[i].raw = raw_name(t->tables, of->name);
		t->tables[i].bytes = of->bytes;
		t->tables[i].rows_about = of->rows >= 0 ? of->rows :
		    of->rows_about;
		t->bytes += of->bytes;
	}
	return t;
}

/* ---- telling ---------------------------------------------------------------------- */

static int64_t
bytes_done(const struct table *t)
{
	if (t->stage == DONE)
		return t->bytes;
	if (t->stage != COPIED || t->rows_about <= 0)
		return 0;
	return t->rows >= t->rows_about ? t->bytes : (int64_t)
	    ((double)t->bytes * (double)t->rows / (double)t->rows_about);
}

static void
tell_rows(const struct transfer *t)
{
	const char *text = NULL;
	int64_t done = 0;
	size_t i;

	for (i = 0; i < t->count; i++) {
		done += bytes_done(&t->tables[i]);
		if (t->tables[i].stage == BEGUN || t->tables[i].stage == COPIED)
			text = t->tables[i].name;
	}
	attempt_progress(t->attempt, done, t->bytes, "bytes", text);
}

/* Is it about rows now? */
static bool
copies(const struct transfer *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->tables[i].stage == BEGUN || t->tables[i].stage == COPIED)
			return true;
	return false;
}

static void
tell_objects(const struct transfer *t, const char *item)
{
	if (t->objects > 0)
		attempt_progress(t->attempt, t->objects_done < t->objects ?
		    t->objects_done : t->objects, t->objects, "objects", item);
}

/* ---- what the programs say ----------------------------------------------------------- */

/* One job does one table after the other: who begins ends those before. */
static void
begins(struct transfer *t, const char *raw, size_t size)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		struct table *of = &t->tables[i];

		if (of->stage == COMES && strlen(of->raw) == size &&
		    strncmp(of->raw, raw, size) == 0)
			of->stage = BEGUN;
	}
}

static void
all_done(struct transfer *t)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->tables[i].stage != COMES)
			t->tables[i].stage = DONE;
}

/* Of several jobs: by its name without the schema, which is not told. */
static void
ends(struct transfer *t, const char *table)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		struct table *of = &t->tables[i];
		const char *dot = strchr(of->raw, '.');

		if ((of->stage == BEGUN || of->stage == COPIED) &&
		    dot != NULL && str_equal(dot + 1, table)) {
			of->stage = DONE;
			return;
		}
	}
}

/* 'dumping contents of table "public.t"', 'processing data for table "…"' */
static bool
took_table(struct transfer *t, const char *line)
{
	static const char *const words[] = {
		"dumping contents of table \"", "processing data for table \"",
	};
	const char *at, *end;
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++) {
		at = strstr(line, words[i]);
		if (at == NULL)
			continue;
		at += strlen(words[i]);
		end = strrchr(at, '"');
		if (end == NULL)
			continue;
		if (!t->is_parallel)
			all_done(t);
		begins(t, at, (size_t)(end - at));
		return true;
	}
	return false;
}

/* Behind the first of words that the line has; null: it has none. */
static const char *
behind(const char *line, const char *const *words)
{
	const char *at;

	for (; *words != NULL; words++) {
		at = strstr(line, *words);
		if (at != NULL)
			return at + strlen(*words);
	}
	return NULL;
}

/*
 * "pg_restore: finished item 3356 TABLE DATA t" of several jobs, which also
 * say "launching item" and, of what one alone does, "processing item"; one
 * job for all says 'creating INDEX "public.i"' and "executing SEQUENCE SET t".
 */
static const char *
took_item(struct transfer *t, const char *line)
{
	static const char *const ended[] = {
		"finished item ", "processing item ", NULL
	};
	static const char *const alone[] = { "creating ", "executing ", NULL };
	const char *item = behind(line, ended), *data;

	t->is_parallel = t->is_parallel || item != NULL ||
	    strstr(line, "launching item ") != NULL;
	if (!t->is_parallel)
		item = behind(line, alone);
	if (item == NULL)
		return NULL;
	t->objects_done++;
	data = strstr(item, " TABLE DATA ");
	if (data != NULL)
		ends(t, data + strlen(" TABLE DATA "));
	/* One job that is about something else has done its rows. */
	else if (!t->is_parallel)
		all_done(t);
	return item;
}

void
transfer_line(struct transfer *t, const char *line)
{
	const char *item = took_item(t, line);

	if (took_table(t, line)) {
		t->objects_done += !t->is_parallel;
		tell_rows(t);
	} else if (item != NULL && copies(t)) {
		tell_rows(t);
	} else if (item != NULL) {
		tell_objects(t, item);
	}
}

/* ---- what the server says ------------------------------------------------------------ */

static const struct pg_progress *
progress_of(const struct table *of, const struct pg_progress *list,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (str_equal(list[i].relation, of->name))
			return &list[i];
	return NULL;
}

void
transfer_rows(struct transfer *t, const struct pg_progress *list, size_t count)
{
	bool is_any = false;
	size_t i;

	for (i = 0; i < t->count; i++) {
		struct table *of = &t->tables[i];
		const struct pg_progress *now = progress_of(of, list, count);

		if (now != NULL && str_starts(now->command, "COPY")) {
			of->stage = COPIED;
			of->rows = now->done;
			is_any = true;
		} else if (of->stage == COPIED) {
			of->stage = DONE;
			is_any = true;
		}
	}
	if (is_any) {
		tell_rows(t);
	} else if (count > 0 && t->objects > 0) {
		char *text = mem_printf(NULL, "%s on %s: %s",
		    list[0].command, list[0].relation, list[0].phase);

		attempt_progress(t->attempt, list[0].done, list[0].total,
		    list[0].unit, text);
		talloc_free(text);
	}
}

static void
took_answer(void *arg, const struct pg_progress *list, size_t count)
{
	transfer_rows(arg, list, count);
}

void
transfer_watch(struct transfer *t, const char *database,
    const char *application_name)
{
	struct error ignored;
	struct pg_session *watcher = attempt_session_new(t, t->attempt, NULL,
	    database, true, &ignored);

	/* Names with their schema, as the manifest has them. */
	if (watcher != NULL && pg_exec_script(watcher, "SET search_path = ''",
	    &ignored) == 0)
		pg_progress_watch_start(watcher, watcher,
		    t->attempt->host->loop, 0, application_name, took_answer,
		    t);
}

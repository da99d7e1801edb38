/*
 * steps/reconciliation.c - a migrations folder that puts both sides right.
 */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/reconcile.h"
#include "steps/reconciliation.h"

#define STAMP_DIGITS	14	/* YYYYMMDDHHMMSS */

struct writer {
	const void	*owner;
	struct attempt	*attempt;
	struct reconciliation *r;
	long long	 stamp;		/* of the next file */
	struct sha256	*hash;
};

/* In the bundle every file has its record. */
static int
copy_file(const struct writer *w, const char *from, const char *to,
    struct error *err)
{
	char *folder = path_folder(NULL, to);
	int rc = file_make_folder(folder, 0700, err);

	talloc_free(folder);
	if (rc < 0 || file_copy(from, to, 0600, err) < 0)
		return -1;
	return !attempt_is_inside(w->attempt, to) ? 0 :
	    attempt_attach(w->attempt, to, "migration, as it was", err);
}

/* The file of a migration called name, below folder. */
static char *
file_of(const struct writer *w, const char *folder, const char *name)
{
	char *path = path_join(w->owner, folder, name);

	return w->r->layout == LAYOUT_PRISMA ?
	    path_join(w->owner, path, "migration.sql") : path;
}

static int
copy_old(struct writer *w, struct error *err)
{
	static const char lock[] = "migration_lock.toml";
	struct migration *list;
	size_t i, count;
	char *from, digits[STAMP_DIGITS + 1];

	if (w->r->from[0] == '\0')
		return 0;
	if (migrations_read(w->owner, w->r->from, w->r->layout, &list, &count,
	    err) < 0)
		return -1;
	for (i = 0; i < count; i++) {
		if (copy_file(w, list[i].path, file_of(w, w->r->into,
		    list[i].name), err) < 0)
			return -1;
		/* The new ones come behind all of them. */
		snprintf(digits, sizeof(digits), "%.*s", STAMP_DIGITS,
		    list[i].name);
		if (strspn(digits, "0123456789") == STAMP_DIGITS &&
		    strtoll(digits, NULL, 10) >= w->stamp)
			w->stamp = strtoll(digits, NULL, 10) + 1;
	}
	from = path_join(w->owner, w->r->from, lock);
	return !file_exists(from) ? 0 : copy_file(w, from,
	    path_join(w->owner, w->r->into, lock), err);
}

/* Who is right in what, as comment lines. */
static char *
decisions(struct writer *w, enum drift_truth truth)
{
	const struct run_state *state = w->attempt->host->run->state;
	struct buffer *b = buffer_new(w->owner);
	const struct decision_state *d;
	char *line;
	size_t i;

	buffer_printf(b, "-- run %s: ", state->run != NULL ? state->run : "");
	buffer_puts(b, truth == TRUTH_DATABASE ?
	    "the database is right, the migrations gain\n" :
	    "the migrations are right, the database gains\n");
	for (i = 0; i < w->r->drift->count; i++) {
		const struct drift_item *item = &w->r->drift->items[i];

		if (w->r->truths[i] != truth)
			continue;
		d = state_decision(state, w->attempt->id, item->id);
		line = mem_printf(b, "%s %s (%c): %s%s%s", item->kind,
		    item->title, item->class_, d != NULL ? d->principal : "",
		    d != NULL && d->reason != NULL ? ", " : "",
		    d != NULL && d->reason != NULL ? d->reason : "");
		buffer_printf(b, "--   %s\n",
		    str_printable(b, line, strlen(line), false));
	}
	return b->data;
}

static int
write_one(struct writer *w, const char *suffix, const char *text,
    struct error *err)
{
	char *name = mem_printf(w->owner, "%lld_reconcile%s%s", w->stamp++,
	    suffix, w->r->layout == LAYOUT_PRISMA ? "" : ".sql");
	char *path = file_of(w, w->r->into, name), *folder, *kept;

	sha256_add(w->hash, name, strlen(name) + 1);
	sha256_add(w->hash, text, strlen(text) + 1);
	folder = path_folder(w->owner, path);
	if (file_make_folder(folder, 0700, err) < 0 ||
	    file_write_atomic(path, text, strlen(text), 0600, err) < 0)
		return -1;
	kept = str_ends(name, ".sql") ? name :
	    mem_printf(w->owner, "%s.sql", name);
	if (attempt_printf(w->attempt, err, "wrote %s\n", path) < 0)
		return -1;
	if (attempt_is_inside(w->attempt, path))
		return attempt_attach(w->attempt, path, "migration", err);
	return attempt_evidence(w->attempt, kept, "migration", text,
	    strlen(text), NULL, err);
}

static int
write_list(struct writer *w, char *const *texts, enum drift_truth truth,
    int *count, struct error *err)
{
	const char *why = decisions(w, truth), *comment, *kind;
	char *text, *suffix;
	size_t all = 0;

	kind = truth == TRUTH_DATABASE ? "_codified" : "";
	while (texts[all] != NULL)
		all++;
	for (*count = 0; texts[*count] != NULL; ++*count) {
		comment = all == 1 ? why : mem_printf(w->owner,
		    "%s-- part %d of %zu, each committed before the next\n", why,
		    *count + 1, all);
		suffix = *count == 0 ? mem_strdup(w->owner, kind) :
		    mem_printf(w->owner, "%s_%d", kind, *count + 1);
		text = truth == TRUTH_DATABASE ?
		    reconcile_codified(w->owner, comment, texts[*count]) :
		    reconcile_forward(w->owner, comment, texts[*count]);
		if (write_one(w, suffix, text, err) < 0)
			return -1;
	}
	return 0;
}

/* Now, as Prisma and Supabase begin their names. */
static long long
stamp_now(const void *owner)
{
	char *time = clock_rfc3339(owner, clock_now_us()), *p, *q;

	for (p = q = time; *p != '\0' && *p != '.'; p++)
		if (*p >= '0' && *p <= '9')
			*q++ = *p;
	*q = '\0';
	return strtoll(time, NULL, 10);
}

int
reconciliation_write(const void *owner, struct attempt *a,
    struct reconciliation *r, struct error *err)
{
	struct writer w = { owner, a, r, stamp_now(owner), sha256_new(owner) };
	char **forward, **codified;

	if (file_exists(r->into))
		return error_set(err, ERR_BUSY, "\"%s\" is there already",
		    r->into);
	if (file_make_folder(r->into, 0700, err) < 0 ||
	    copy_old(&w, err) < 0)
		return -1;
	drift_sql(owner, r->drift, r->truths, &forward, &codified);
	if (write_list(&w, codified, TRUTH_DATABASE, &r->codified_count,
	    err) < 0 ||
	    write_list(&w, forward, TRUTH_MIGRATIONS, &r->forward_count,
	    err) < 0)
		return -1;
	sha256_hex(w.hash, r->sha256);
	return 0;
}

/*
 * steps/prune.c - kind "prune": backups that a retention no longer keeps are
 * deleted, after a preview that is signed.
 *
 * Never the newest good one of a database: it is held against its manifest,
 * byte for byte, before anything is deleted, and where it does not hold
 * nothing is.  A backup that an open run registered stays, and one with a file
 * KEEP in its folder.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"
#include "steps/kind.h"
#include "steps/manifest.h"
#include "steps/plan.h"
#include "steps/retention.h"
#include "steps/spec.h"

#define MANIFEST_MAX	((size_t)64 << 20)

struct prune_spec {
	const char	*folder;
	json_t		*keep;
};

/* One backup of the folder. */
struct found {
	char		*name, *of;	/* of: the cluster and database */
	char		 sha256[SHA256_HEX_SIZE];	/* of its manifest */
	int64_t		 taken_us, bytes;
	bool		 is_pinned;
	const char	*why;		/* it is kept; null: it goes */
};

struct shelf {
	struct attempt	*attempt;
	char		*folder;
	struct found	*list;		/* newest first, database by database */
	size_t		 count;
	char		**odd;		/* names that are no proven backup */
	size_t		 odd_count;
	char		*pins;		/* folders that open runs registered, a line each */
};

/* ---- what is there ------------------------------------------------------------- */

/* Folders of backups among a run's values. */
static void
add_pins(struct buffer *b, const json_t *values)
{
	const char *name, *folder;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)values, name, value) {
		folder = json_str(value, "folder");
		if (folder != NULL && json_str(value, "manifest") != NULL)
			buffer_printf(b, "\n%s\n", folder);
	}
}

/* A run whose journal cannot be read may be open: its word is not needed. */
static void
add_open_runs(struct buffer *b, const char *runs)
{
	struct run_state *state;
	struct error ignored;
	char **ids, *folder;
	size_t i;

	if (run_list(b, runs, &ids, &ignored) < 0)
		return;
	for (i = 0; ids[i] != NULL; i++) {
		folder = path_join(b, runs, ids[i]);
		if (run_folder_is_closed(folder))
			continue;
		state = run_state_load(b, folder, &ignored);
		if (state != NULL)
			add_pins(b, state->values);
	}
}

static char *
find_pins(const void *owner, struct attempt *a)
{
	struct buffer *b = buffer_new(owner);

	add_pins(b, a->host->run->state->values);
	add_open_runs(b, path_folder(b, a->host->run->folder));
	return b->data;
}

static bool
is_pinned(const struct shelf *s, const char *path)
{
	char *line = mem_printf(NULL, "\n%s\n", path);
	char *mark = path_join(line, path, "KEEP");
	bool is = strstr(s->pins, line) != NULL || file_exists(mark);

	talloc_free(line);
	return is;
}

/* False: it has no manifest that says when it was taken. */
static bool
read_found(struct shelf *s, const char *name, struct found *f)
{
	char *path = path_join(s, s->folder, name), *text;
	struct error ignored;
	json_t *j, *file;
	size_t size, i;

	if (str_ends(name, ".partial") || str_starts(name, ".") ||
	    file_read(path, path_join(path, path, "manifest.json"),
	    MANIFEST_MAX, &text, &size, &ignored) < 0 ||
	    json_parse(text, size, &j, &ignored) < 0)
		return false;
	json_owned(path, j);
	if (clock_parse_rfc3339(json_str_or(j, "taken_at", ""), &f->taken_us,
	    &ignored) < 0)
		return false;
	sha256_of(text, size, f->sha256);
	f->name = mem_strdup(s, name);
	f->of = mem_printf(s, "%s of %s", json_str_or(j, "database", "?"),
	    json_str_or(j, "system_identifier", "?"));
	json_array_foreach(json_object_get(j, "files"), i, file)
		f->bytes += json_int(file, "size", 0);
	f->is_pinned = is_pinned(s, path);
	talloc_free(path);
	return true;
}

static int
read_folder(struct shelf *s, struct error *err)
{
	char **names;
	size_t i, count;

	if (folder_list(s, s->folder, &names, &count, err) < 0)
		return -1;
	s->list = NEW_ARRAY(s, struct found, count + 1);
	s->odd = NEW_ARRAY(s, char *, count + 1);
	for (i = 0; i < count; i++) {
		if (read_found(s, names[i], &s->list[s->count]))
			s->count++;
		else
			s->odd[s->odd_count++] = names[i];
	}
	return 0;
}

static int
by_database(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int c = strcmp(x->of, y->of);

	if (c != 0)
		return c;
	if (x->taken_us != y->taken_us)
		return x->taken_us < y->taken_us ? 1 : -1;
	return -strcmp(x->name, y->name);
}

/* The backups of one database, from first on; where the next one's begin. */
static size_t
decide_one(struct shelf *s, const struct retention *r, size_t first)
{
	struct kept_backup *kept;
	size_t i, end = first;

	while (end < s->count && strcmp(s->list[end].of,
	    s->list[first].of) == 0)
		end++;
	kept = NEW_ARRAY(s, struct kept_backup, end - first);
	for (i = first; i < end; i++)
		kept[i - first] = (struct kept_backup){ s->list[i].taken_us,
		    s->list[i].name, s->list[i].is_pinned, NULL };
	retention_decide(s, r, clock_now_us(), kept, end - first);
	for (i = first; i < end; i++)
		s->list[i].why = kept[i - first].why;
	return end;
}

static struct shelf *
shelf_new(const void *owner, struct attempt *a, struct error *err)
{
	const struct prune_spec *spec = a->step->spec;
	struct retention r = retention_of(spec->keep);
	struct shelf *s = NEW(owner, struct shelf);
	size_t i;

	s->attempt = a;
	s->folder = attempt_path(s, a, spec->folder, err);
	if (s->folder == NULL)
		return NULL;
	if (a->is_dry)
		return s;
	s->pins = find_pins(s, a);
	if (read_folder(s, err) < 0)
		return NULL;
	qsort(s->list, s->count, sizeof(s->list[0]), by_database);
	for (i = 0; i < s->count;)
		i = decide_one(s, &r, i);
	return s;
}

/* ---- the preview --------------------------------------------------------------- */

static void
preview(struct buffer *b, const struct shelf *s)
{
	const char *of = "";
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct found *f = &s->list[i];
		char *bytes = str_bytes(b, f->bytes);

		if (strcmp(of, f->of) != 0)
			buffer_printf(b, "%s\n", of = f->of);
		buffer_printf(b, "  %-6s  %s  %s  %s\n", f->why != NULL ?
		    "keep" : "delete", f->name, bytes,
		    f->why != NULL ? f->why : f->sha256);
	}
	for (i = 0; i < s->odd_count; i++)
		buffer_printf(b, "  leave   %s  no proven backup\n", s->odd[i]);
	if (s->count == 0)
		buffer_puts(b, "no backup is there\n");
}

static int
plan(struct attempt *a, struct error *err)
{
	struct shelf *s = shelf_new(NULL, a, err);
	struct buffer *b;
	size_t i, going = 0;
	int64_t bytes = 0;
	struct plan *p;

	if (s == NULL)
		return -1;
	b = buffer_new(s);
	buffer_printf(b, "the backups in %s\n", s->folder);
	preview(b, s);
	p = plan_text(a, CLASS_B, "deletes backups", b->data);
	for (i = 0; i < s->count; i++)
		if (s->list[i].why == NULL) {
			going++;
			bytes += s->list[i].bytes;
		}
	plan_line(p, "%zu of %zu backups are deleted, %s", going, s->count,
	    str_bytes(s, bytes));
	plan_line(p, "the newest of each database is read and held against "
	    "its manifest first");
	plan_undo(p, "not at all: what is deleted is gone");
	talloc_free(s);
	return 0;
}

/* ---- deleting ---------------------------------------------------------------------- */

/* Of each database that loses one: is its newest really good? */
static int
prove_newest(struct shelf *s, struct error *err)
{
	const struct found *newest = NULL, *proven = NULL;
	size_t i;

	for (i = 0; i < s->count; i++) {
		const struct found *f = &s->list[i];

		if (newest == NULL || strcmp(newest->of, f->of) != 0)
			newest = f;
		if (f->why != NULL || proven == newest)
			continue;
		if (newest->taken_us > clock_now_us())
			return error_set(err, ERR_POLICY, "\"%s\" is from the "
			    "future: the clock is wrong, nothing is deleted",
			    newest->name);
		attempt_status(s->attempt, "reads %s", newest->name);
		if (manifest_open(s, s->attempt, path_join(s, s->folder,
		    newest->name), err) == NULL) {
			error_hint(err, "take a new backup first");
			return error_context(err, "the newest backup is not "
			    "good, nothing is deleted");
		}
		proven = newest;
	}
	return 0;
}

static json_t *
list_json(const struct shelf *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < s->count; i++)
		json_array_append_new(list, json_pack(
		    "{s:s, s:s, s:s, s:I, s:s*, s:b}", "name",
		    s->list[i].name, "of", s->list[i].of, "manifest_sha256",
		    s->list[i].sha256, "bytes", (json_int_t)s->list[i].bytes,
		    "why", s->list[i].why, "deleted", s->list[i].why == NULL));
	return list;
}

/* Out of sight by one rename, so that half a backup never looks like one. */
static int
delete_one(struct shelf *s, const struct found *f, struct error *err)
{
	char *path = path_join(NULL, s->folder, f->name);
	char *trash = path_join(path, s->folder, mem_printf(path,
	    ".trash-%s", f->name));
	int rc = attempt_printf(s->attempt, err, "delete %s (manifest sha256 "
	    "%s)\n", f->name, f->sha256);

	if (rc == 0 && rename(path, trash) < 0)
		rc = error_errno(err, ERR_IO, "could not rename \"%s\"", path);
	if (rc == 0)
		rc = file_sync_folder(s->folder, err);
	if (rc == 0)
		rc = file_remove_tree(trash, err);
	talloc_free(path);
	return rc;
}

static int
delete_all(struct shelf *s, struct error *err)
{
	json_t *list = list_json(s);
	char *text = json_pretty(s, list);
	size_t i, deleted = 0;

	json_decref(list);
	/* What goes, and its hashes, are evidence before it goes. */
	if (attempt_evidence(s->attempt, "prune.json", "backups kept and deleted",
	    text, strlen(text), NULL, err) < 0)
		return -1;
	for (i = 0; i < s->count; i++) {
		if (s->list[i].why != NULL)
			continue;
		if (attempt_check(s->attempt, err) < 0 ||
		    delete_one(s, &s->list[i], err) < 0)
			return -1;
		s->attempt->is_committed = true;
		deleted++;
	}
	if (attempt_printf(s->attempt, err, "%zu deleted, %zu kept\n", deleted,
	    s->count - deleted) < 0)
		return -1;
	return attempt_register(s->attempt, json_pack("{s:I, s:I}", "deleted",
	    (json_int_t)deleted, "kept", (json_int_t)(s->count - deleted)),
	    err);
}

static int
run(struct attempt *a, struct error *err)
{
	struct shelf *s = shelf_new(NULL, a, err);
	struct buffer *b = s == NULL ? NULL : buffer_new(s);
	char sha256[SHA256_HEX_SIZE];
	int rc = -1;

	if (s == NULL)
		return -1;
	buffer_printf(b, "the backups in %s\n", s->folder);
	preview(b, s);
	sha256_of(b->data, b->size, sha256);
	/* Only what was shown: a backup may have come since, the day turned. */
	if (!str_equal(json_str(a->plan->shown, "sha256"), sha256))
		rc = error_set(err, ERR_POLICY,
		    "the backups are not those of the preview any more");
	else if (prove_newest(s, err) == 0)
		rc = delete_all(s, err);
	talloc_free(s);
	return rc;
}

static void
check(const struct step *s, struct lint *l)
{
	const struct prune_spec *spec = s->spec;
	struct retention r = retention_of(spec->keep);

	retention_lint(s, spec->keep, l);
	if (r.daily + r.weekly + r.monthly + r.days == 0)
		lint_error(l, spec_place(s, "folder"),
		    "\"keep\" keeps nothing but the newest");
}

static enum step_class
deserves(const struct step *s UNUSED, char *why, size_t why_size)
{
	snprintf(why, why_size, "deletes backups");
	return CLASS_B;
}

static const struct key keys[] = {
	{ "folder", KEY_TEXT, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct prune_spec, folder),
	  "the folder that backups were put into", NULL, 0, 0 },
	{ "keep", KEY_MAP, 0, offsetof(struct prune_spec, keep),
	  "how many to keep: daily, weekly, monthly; and all of so many days",
	  NULL, 0, 0 },
	KEY_END
};

const struct step_kind kind_prune = {
	{ "prune", "deletes backups that a retention no longer keeps", "folder",
	  keys, sizeof(struct prune_spec), NULL, check, deserves },
	plan, run, NULL
};

/*
 * approval/request.c - what a run waits for, as one file of text: making it,
 * and making it again.
 */

#include <string.h>

#include "approval/armour.h"
#include "approval/keygen.h"
#include "approval/request.h"
#include "approval/request_private.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"
#include "run/read.h"

#define TITLE		"pgrunbook review request, version 2\n"
#define DRIFT_MAX	((int64_t)16 << 20)	/* bytes of a report that goes along */

bool
request_is(const char *path)
{
	char *text = NULL;
	struct error ignored;
	size_t size;
	bool found;

	if (!file_exists(path) || file_is_folder(path) ||
	    file_read(NULL, path, REQUEST_MAX, &text, &size, &ignored) != 0)
		return false;
	found = strstr(text, "-----BEGIN PGRUNBOOK " REQUEST_JOURNAL) != NULL;
	talloc_free(text);
	return found;
}

/* ---- the summary --------------------------------------------------------------- */

static void
put_lines(struct buffer *b, const char *text)
{
	char *clean = str_printable(NULL, text, strlen(text), true);
	char *line, *rest;

	for (line = strtok_r(clean, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		buffer_printf(b, "    %s\n", line);
	talloc_free(clean);
}

static void
put_item(struct buffer *b, const json_t *item)
{
	const json_t *line;
	size_t i;

	buffer_printf(b, "\n  class %s: %s %s\n",
	    json_str_or(item, "class", "?"), json_str_or(item, "change", ""),
	    json_str_or(item, "key", json_str_or(item, "title", "")));
	json_array_foreach(json_object_get(item, "reasons"), i, line)
		put_lines(b, json_string_value(line));
	json_array_foreach(json_object_get(item, "figures"), i, line)
		put_lines(b, json_string_value(line));
	put_lines(b, json_str_or(item, "forward_sql", ""));
}

static void
put_shown(struct buffer *b, const struct attempt_state *a)
{
	const json_t *statements = json_object_get(a->shown, "statements");
	const json_t *line, *st;
	size_t i;

	json_array_foreach(json_object_get(a->shown, "lines"), i, line)
		put_lines(b, json_string_value(line));
	json_array_foreach(statements, i, st) {
		buffer_printf(b, "  %zu. class %s: %s %s\n", i + 1,
		    json_str_or(st, "class", "?"),
		    json_str_or(st, "reason", ""), json_str_or(st, "cost", ""));
		put_lines(b, json_str_or(st, "text", ""));
	}
	if (json_array_size(statements) == 0)
		put_lines(b, json_str_or(a->shown, "text", ""));
}

static void
put_step(struct buffer *b, const struct step_state *step,
    const struct attempt_state *a)
{
	const json_t *on = json_object_get(a->shown, "target"), *item;
	size_t i;

	buffer_printf(b, "\n%s (%s, class %s)\n", step->name != NULL ?
	    step->name : step->id, step->id, step->class_);
	if (json_is_object(on))
		buffer_printf(b, "  on %s, database %s at %s, role %s\n",
		    json_str_or(on, "environment", "?"),
		    json_str_or(on, "database", "?"),
		    json_str_or(on, "host", "?"), json_str_or(on, "role", "?"));
	if (a->question == NULL)
		put_shown(b, a);
	json_array_foreach(json_object_get(a->question, "items"), i, item)
		put_item(b, item);
	buffer_printf(b, "\n  digest %s\n", step->request_count > 0 ?
	    step->requests[step->request_count - 1].digest : a->digest);
}

/* ---- the whole ------------------------------------------------------------------- */

/* The state up to the record of that hash; head null: the last one. */
static struct run_state *
load_until(const void *owner, const char *folder, const char *head,
    struct error *err)
{
	struct run_state *s = state_new(owner);
	struct run_reader *r = run_reader_open(s, folder, err);
	struct event e;
	int rc = r != NULL ? 1 : -1;

	while (rc == 1 && (head == NULL || !str_equal(s->head, head)) &&
	    (rc = run_reader_next(r, &e, err)) == 1)
		if (state_apply(s, &e, err) != 0)
			rc = -1;
	if (rc >= 0 && head != NULL && !str_equal(s->head, head))
		rc = error_set(err, ERR_VERIFY,
		    "the journal has no record %.16s", head);
	if (rc >= 0)
		return s;
	talloc_free(s);
	return NULL;
}

/* Of the journal's text, the records that the state knows. */
static size_t
size_of(const struct run_state *s, const char *journal, size_t size)
{
	const char *at = journal;
	int64_t i;

	for (i = 0; i < s->last_seq && at != NULL; i++) {
		at = memchr(at, '\n', size - (size_t)(at - journal));
		at = at != NULL ? at + 1 : NULL;
	}
	return at != NULL ? (size_t)(at - journal) : size;
}

const struct artifact_state *
request_drift(const struct run_state *s)
{
	size_t i;

	for (i = s->artifact_count; i > 0; i--) {
		const struct artifact_state *f = &s->artifacts[i - 1];

		if (str_ends(f->name, "drift.json") && f->name[0] != '/' &&
		    strstr(f->name, "..") == NULL &&
		    f->size_bytes <= DRIFT_MAX)
			return f;
	}
	return NULL;
}

static int
put_drift(struct buffer *b, const char *folder, const struct run_state *s,
    struct error *err)
{
	const struct artifact_state *f = request_drift(s);
	char hex[SHA256_HEX_SIZE], *text = NULL;
	size_t size;
	int rc;

	if (f == NULL)
		return 0;
	rc = file_read(NULL, path_join(b, folder, f->name), (size_t)DRIFT_MAX,
	    &text, &size, err);
	if (rc == 0) {
		sha256_of(text, size, hex);
		if (strcmp(hex, f->sha256) != 0)
			rc = error_set(err, ERR_VERIFY, "\"%s\" is not what the "
			    "journal says", f->name);
		else
			armour_put(b, REQUEST_DRIFT, text, size);
	}
	talloc_free(text);
	return rc;
}

char *
request_text(const void *owner, const char *folder, const char *head,
    struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct buffer *b = buffer_new(scratch);
	struct run_state *s = load_until(scratch, folder, head, err);
	char *journal, *text = NULL;
	const char *waits;
	size_t size;

	if (s == NULL || file_read(scratch, run_journal_path(scratch, folder),
	    REQUEST_MAX, &journal, &size, err) != 0)
		goto out;
	waits = state_waits_for(s);
	if (!str_equal(waits, "sign-off") && !str_equal(waits, "decision")) {
		error_set(err, ERR_POLICY, "nothing waits for a sign-off");
		goto out;
	}
	buffer_printf(b, TITLE "\nRun     %s\nWindow  %s\nHead    %s\n"
	    "Wants   %s\n\n"
	    "Save this and open it with: pgrunbook review FILE --as NAME "
	    "--key KEY\nWhat counts is what you see there; this summary is "
	    "for reading alone.\n", s->run, s->title, s->head,
	    str_equal(waits, "decision") ? "decisions" : "a sign-off");
	put_step(b, &s->steps[s->current],
	    step_last_attempt(&s->steps[s->current]));
	buffer_puts(b, "\n");
	armour_put(b, REQUEST_JOURNAL, journal, size_of(s, journal, size));
	if (put_drift(b, folder, s, err) == 0)
		text = armour_plain(owner, b->data, b->size);
out:
	talloc_free(scratch);
	return text;
}

/* What is signed: that this text is the run's, at this head. */
static int
put_signature(struct buffer *b, const char *text, const char *folder,
    const char *key, const char *principal, struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct run_state *s = load_until(scratch, folder, NULL, err);
	char hex[SHA256_HEX_SIZE], *statement, *signature, *file;
	json_t *object;
	int rc = -1;

	if (s != NULL) {
		sha256_of(text, strlen(text), hex);
		object = memory_check(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}",
		    "pgrunbook", REQUEST_FORM, "run", s->run, "head",
		    request_head(scratch, text), "sha256", hex, "principal",
		    principal, "at", clock_rfc3339(scratch, clock_now_us())));
		statement = json_stable(scratch, object);
		json_decref(object);
		rc = keygen_sign(scratch, key, statement, &signature, err);
		if (rc == 0) {
			file = statement_to_file(scratch, statement, signature);
			armour_put(b, REQUEST_SIGNATURE, file, strlen(file));
		}
	}
	talloc_free(scratch);
	return rc;
}

char *
request_make(const void *owner, const char *folder, const char *key,
    const char *principal, struct error *err)
{
	struct buffer *b = buffer_new(NULL);
	char *text = request_text(b, folder, NULL, err), *whole = NULL;

	if (text != NULL) {
		buffer_puts(b, text);
		if (key == NULL || put_signature(b, text, folder, key,
		    principal, err) == 0)
			whole = mem_strdup(owner, b->data);
	}
	talloc_free(b);
	return whole;
}

int
request_check(const char *folder, const struct statement *s, struct error *err)
{
	struct error why = { 0 };
	char hex[SHA256_HEX_SIZE], *text;
	bool is_same = false;

	if (s->export_head == NULL && s->export_sha256 == NULL)
		return 0;
	text = s->export_head != NULL && s->export_sha256 != NULL ?
	    request_text(NULL, folder, s->export_head, &why) : NULL;
	if (text != NULL) {
		sha256_of(text, strlen(text), hex);
		is_same = strcmp(hex, s->export_sha256) == 0;
	}
	talloc_free(text);
	if (is_same)
		return 0;
	error_set(err, ERR_POLICY,
	    "the sign-off was made upon a request that is not this run's");
	error_detail(err, "%s", why.code != ERR_NONE ? why.primary :
	    "What its signer had before him was altered.");
	return -1;
}

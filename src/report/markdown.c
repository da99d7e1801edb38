/* report/markdown.c - the report as Markdown, for a ticket or a wiki. */

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "report/report.h"

/*
 * Text in a line or a table cell: what Markdown would take for its own is
 * escaped, newlines become blanks.
 */
static void
put_inline(struct buffer *b, const char *text)
{
	char *clean;

	if (text == NULL)
		text = "";
	clean = str_printable(NULL, text, strlen(text), true);
	for (const char *p = clean; *p != '\0'; p++) {
		if (*p == '\n' || *p == '\t') {
			buffer_puts(b, " ");
			continue;
		}
		if (*p == '<')
			buffer_puts(b, "&lt;");
		else if (*p == '>')
			buffer_puts(b, "&gt;");
		else if (*p == '&')
			buffer_puts(b, "&amp;");
		else if (strchr("\\`*_[]|#~!", *p) != NULL)
			buffer_printf(b, "\\%c", *p);
		else
			buffer_add(b, p, 1);
	}
	talloc_free(clean);
}

/* A block of code: its fence is longer than any row of backticks in it. */
static void
put_code(struct buffer *b, const char *text)
{
	char *clean = str_printable(NULL, text, strlen(text), true);
	size_t longest = 2, run = 0;
	char fence[64];

	for (const char *p = clean; *p != '\0'; p++) {
		run = *p == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	if (longest > sizeof(fence) - 2)
		longest = sizeof(fence) - 2;
	memset(fence, '`', longest + 1);
	fence[longest + 1] = '\0';
	buffer_printf(b, "%s\n%s\n%s\n\n", fence, clean, fence);
	talloc_free(clean);
}

static void
put_field(struct buffer *b, const char *label, const char *text)
{
	if (text == NULL)
		return;
	buffer_printf(b, "- **%s** ", label);
	put_inline(b, text);
	buffer_puts(b, "\n");
}

static void
put_cell(struct buffer *b, const char *text)
{
	buffer_puts(b, "| ");
	put_inline(b, text);
	buffer_puts(b, " ");
}

static void
put_ms_cell(struct buffer *b, const json_t *j, const char *key)
{
	int64_t ms = json_int(j, key, -1);
	char *text = ms < 0 ? NULL : duration_short(NULL, ms);

	put_cell(b, text);
	talloc_free(text);
}

/* "2026-11-27T01:02:03.000Z" without what a person does not read. */
static void
put_time_cell(struct buffer *b, const char *at)
{
	char *text = at == NULL ? NULL :
	    mem_printf(NULL, "%.10s %.8s", at, at + 11);

	put_cell(b, text);
	talloc_free(text);
}

static const json_t *
last_attempt(const json_t *step)
{
	const json_t *attempts = json_object_get(step, "attempts");
	size_t count = json_array_size(attempts);

	return count > 0 ? json_array_get(attempts, count - 1) : NULL;
}

static void
put_head(struct buffer *b, const json_t *f)
{
	const json_t *target, *dids;
	const char *name;
	size_t i;

	buffer_puts(b, "# ");
	put_inline(b, json_str_or(f, "title", json_str(f, "window")));
	buffer_puts(b, "\n\n");
	put_field(b, "Run", json_str(f, "run"));
	put_field(b, "Outcome", json_flag(f, "closed") ?
	    outcome_words(json_str(f, "outcome")) : "not closed yet");
	put_field(b, "Waits for", json_str(f, "waits_for"));
	put_field(b, "Opened", json_str(f, "opened_at"));
	put_field(b, "Last event", json_str(f, "last_event_at"));
	put_field(b, "From", json_str(f, "host"));
	json_array_foreach(json_object_get(f, "targets"), i, target) {
		const json_t *id = json_object_get(target, "identity");

		buffer_puts(b, "- **Target** ");
		put_inline(b, json_str(target, "name"));
		buffer_puts(b, ": ");
		put_inline(b, json_str_or(target, "environment", "?"));
		buffer_puts(b, ", database ");
		put_inline(b, json_str_or(id, "database", "not reached"));
		buffer_puts(b, " as ");
		put_inline(b, json_str_or(id, "role", "?"));
		buffer_puts(b, ", system ");
		put_inline(b, json_str_or(id, "system_identifier", "?"));
		if (json_str(target, "note") != NULL) {
			buffer_puts(b, "; its URL: ");
			put_inline(b, json_str(target, "note"));
		}
		buffer_puts(b, "\n");
	}
	json_object_foreach((json_t *)(uintptr_t)json_object_get(f, "people"),
	    name, dids) {
		buffer_puts(b, "- **Person** ");
		put_inline(b, name);
		for (i = 0; i < json_array_size(dids); i++) {
			buffer_puts(b, i == 0 ? ": " : ", ");
			put_inline(b, json_string_value(json_array_get(dids, i)));
		}
		buffer_puts(b, "\n");
	}
	buffer_printf(b, "- **Journal** %" PRId64 " records, head `%s`\n\n",
	    json_int(f, "records", 0), json_str_or(f, "head", ""));
}

static void
put_phase(struct buffer *b, const json_t *phase)
{
	const json_t *step;
	size_t i;

	buffer_puts(b, "## ");
	put_inline(b, json_str_or(phase, "title", json_str(phase, "name")));
	buffer_puts(b, "\n\n| step | class | status | started | took | estimate "
	    "| attempts |\n|---|---|---|---|---|---|---|\n");
	json_array_foreach(json_object_get(phase, "steps"), i, step) {
		const json_t *a = last_attempt(step);

		put_cell(b, json_str(step, "name"));
		put_cell(b, json_str(step, "class"));
		put_cell(b, json_str(step, "status"));
		put_time_cell(b, json_str(a, "started_at"));
		put_ms_cell(b, a, "ms");
		put_ms_cell(b, step, "estimate_ms");
		buffer_printf(b, "| %zu |\n",
		    json_array_size(json_object_get(step, "attempts")));
	}
	buffer_puts(b, "\n");
}

static void
put_error(struct buffer *b, const json_t *error)
{
	if (error == NULL)
		return;
	buffer_puts(b, "Failed: ");
	put_inline(b, json_str(error, "primary"));
	if (json_str(error, "detail") != NULL) {
		buffer_puts(b, " (");
		put_inline(b, json_str(error, "detail"));
		buffer_puts(b, ")");
	}
	buffer_puts(b, "\n\n");
}

static void
put_attempt(struct buffer *b, const json_t *a)
{
	const json_t *st, *answer = json_object_get(a, "answer");
	size_t i;

	buffer_printf(b, "Attempt %" PRId64 ": ", json_int(a, "number", 0));
	put_inline(b, outcome_words(json_str_or(a, "outcome", "not finished")));
	buffer_printf(b, ", digest `%s`\n\n", json_str_or(a, "digest", ""));
	put_error(b, json_object_get(a, "error"));
	put_field(b, "How that is known:", json_str(a, "proof"));
	put_field(b, "Settings:", json_str(a, "session_words"));
	if (json_str(a, "proof") != NULL || json_str(a, "session_words") != NULL)
		buffer_puts(b, "\n");
	json_array_foreach(json_object_get(a, "statements"), i, st) {
		if (i == 0)
			buffer_puts(b, "| statement | class | took | lock | tag |\n"
			    "|---|---|---|---|---|\n");
		put_cell(b, json_str(st, "text"));
		put_cell(b, json_str(st, "class"));
		put_ms_cell(b, st, "ms");
		put_cell(b, json_str(st, "lock"));
		put_cell(b, json_str(st, "tag"));
		buffer_puts(b, "|\n");
	}
	if (i > 0)
		buffer_puts(b, "\n");
	else if (json_str(a, "text") != NULL)
		put_code(b, json_str(a, "text"));
	json_array_foreach(json_object_get(a, "lines"), i, st) {
		buffer_puts(b, "- ");
		put_inline(b, json_string_value(st));
		buffer_puts(b, "\n");
	}
	if (i > 0)
		buffer_puts(b, "\n");
	if (answer != NULL) {
		char *text = json_pretty(NULL, answer);

		buffer_puts(b, "Answer:\n\n");
		put_code(b, text);
		talloc_free(text);
	}
}

static void
put_sign(struct buffer *b, const json_t *sign)
{
	buffer_puts(b, "- ");
	put_inline(b, json_str(sign, "decision"));
	buffer_puts(b, " by **");
	put_inline(b, json_str(sign, "principal"));
	buffer_puts(b, "** (");
	if (str_equal(json_str(sign, "strength"), "break-glass"))
		buffer_puts(b, "**BREAK-GLASS**");
	else
		put_inline(b, json_str_or(sign, "strength", "-"));
	if (json_str(sign, "key") != NULL)
		buffer_printf(b, " `%s`", json_str(sign, "key"));
	buffer_puts(b, ") ");
	put_inline(b, json_str(sign, "at"));
	buffer_printf(b, ", digest `%s`", json_str_or(sign, "digest", ""));
	if (json_flag(sign, "void"))
		buffer_puts(b, ", **void**");
	if (json_str(sign, "reason") != NULL) {
		buffer_puts(b, ": ");
		put_inline(b, json_str(sign, "reason"));
	}
	if (json_str(sign, "note") != NULL) {
		buffer_puts(b, ": ");
		put_inline(b, json_str(sign, "note"));
	}
	buffer_puts(b, "\n");
}

static void
put_artifact(struct buffer *b, const json_t *a)
{
	buffer_puts(b, "- ");
	put_inline(b, json_str(a, "name"));
	buffer_printf(b, ", %" PRId64 " bytes, sha256 `%s`: ",
	    json_int(a, "size", 0), json_str_or(a, "sha256", ""));
	put_inline(b, json_str(a, "what"));
	buffer_puts(b, "\n");
}

/* A step that only waits for its turn has nothing to tell. */
static void
put_step(struct buffer *b, const json_t *step)
{
	const json_t *j;
	size_t i;

	if (last_attempt(step) == NULL && json_str(step, "skip_reason") == NULL)
		return;
	buffer_puts(b, "### ");
	put_inline(b, json_str(step, "name"));
	buffer_puts(b, "\n\n");
	put_field(b, "Step", json_str(step, "id"));
	put_field(b, "Skipped:", json_str(step, "skip_reason"));
	buffer_puts(b, "\n");
	json_array_foreach(json_object_get(step, "attempts"), i, j)
		put_attempt(b, j);
	json_array_foreach(json_object_get(step, "signs"), i, j)
		put_sign(b, j);
	json_array_foreach(json_object_get(step, "artifacts"), i, j)
		put_artifact(b, j);
	buffer_puts(b, "\n");
}

static void
put_joined(struct buffer *b, const json_t *list)
{
	buffer_puts(b, "| ");
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			buffer_puts(b, "; ");
		put_inline(b, json_string_value(json_array_get(list, i)));
	}
	buffer_puts(b, " ");
}

static void
put_drift(struct buffer *b, const json_t *drift)
{
	const json_t *item;
	size_t i;

	buffer_puts(b, "### Drift found by ");
	put_inline(b, json_str_or(drift, "step", "the run"));
	buffer_puts(b, "\n\n");
	put_field(b, "Not readable:", json_str(drift, "problem"));
	if (json_array_size(json_object_get(drift, "items")) == 0) {
		buffer_puts(b, "No item.\n\n");
		return;
	}
	buffer_puts(b, "| class | kind | object | change | figures "
	    "| decision | words |\n|---|---|---|---|---|---|---|\n");
	json_array_foreach(json_object_get(drift, "items"), i, item) {
		put_cell(b, json_str(item, "class"));
		put_cell(b, json_str(item, "kind"));
		put_cell(b, json_str(item, "title"));
		put_cell(b, json_str(item, "change"));
		put_joined(b, json_object_get(item, "figures"));
		put_cell(b, json_str_or(item, "truth", "undecided"));
		put_joined(b, json_object_get(item, "words"));
		buffer_puts(b, "|\n");
	}
	buffer_puts(b, "\n");
}

/* What people and steps did, one line each. */
static void
put_moments(struct buffer *b, const json_t *list)
{
	const json_t *j;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	buffer_puts(b, "## Time line\n\n");
	json_array_foreach(list, i, j) {
		const char *at = json_str_or(j, "at", "");

		buffer_printf(b, "- %.10s %.8s ", at, strlen(at) > 11 ?
		    at + 11 : "");
		put_inline(b, json_str(j, "text"));
		buffer_puts(b, "\n");
	}
	buffer_puts(b, "\n");
}

char *
report_markdown(const void *owner, const json_t *facts)
{
	struct buffer *b = buffer_new(owner);
	const json_t *j, *step;
	size_t i, k;

	put_head(b, facts);
	json_array_foreach(json_object_get(facts, "phases"), i, j)
		put_phase(b, j);
	put_moments(b, json_object_get(facts, "moments"));
	if (json_array_size(json_object_get(facts, "drift")) > 0)
		buffer_puts(b, "## Drift\n\n");
	json_array_foreach(json_object_get(facts, "drift"), i, j)
		put_drift(b, j);
	if (json_array_size(json_object_get(facts, "notes")) > 0)
		buffer_puts(b, "## Notes\n\n");
	json_array_foreach(json_object_get(facts, "notes"), i, j) {
		buffer_puts(b, "- ");
		put_inline(b, json_str(j, "at"));
		buffer_puts(b, " ");
		put_inline(b, json_str(j, "principal"));
		buffer_puts(b, ": ");
		put_inline(b, json_str(j, "text"));
		buffer_puts(b, "\n");
	}
	if (i > 0)
		buffer_puts(b, "\n");
	buffer_puts(b, "## Steps\n\n");
	json_array_foreach(json_object_get(facts, "phases"), i, j)
		json_array_foreach(json_object_get(j, "steps"), k, step)
			put_step(b, step);
	return b->data;
}

/* report/html.c - the report as one HTML file: no script, nothing loaded. */

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "report/report.h"

static const char style[] =
"body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;"
"padding:0 1rem;color:#1c1e21;background:#fff}"
"h1{margin-bottom:.2rem}h2{margin-top:2.5rem;border-bottom:1px solid #c8ccd0}"
"table{border-collapse:collapse;width:100%;margin:.5rem 0}"
"th,td{text-align:left;vertical-align:top;padding:.25rem .6rem;"
"border-bottom:1px solid #e3e6e8}"
"th{font-weight:600;color:#50565c}"
"pre,code{font:13px/1.45 ui-monospace,monospace}"
"pre{background:#f4f5f6;padding:.6rem .8rem;overflow-x:auto;white-space:pre-wrap}"
"code{overflow-wrap:anywhere}"
".b{font-weight:700;border:1px solid;border-radius:3px;padding:0 .35em}"
".s-done{color:#1a6b2d}.s-failed,.s-unknown,.c-B{color:#a3180f}"
".s-skipped,.s-pending,.c-C{color:#5c636a}.c-A{color:#1a6b2d}"
".lane{position:relative;height:1.3em;background:#f4f5f6}"
".bar{position:absolute;top:.2em;bottom:.2em;min-width:3px;background:#3b6ea8}"
".bar.failed,.bar.unknown,.bar.cancelled{background:#a3180f}"
".time td:first-child{width:16rem}.time td:last-child{width:8rem}"
"dl{display:grid;grid-template-columns:9rem 1fr;gap:.15rem 1rem}"
"dt{color:#50565c}dd{margin:0}"
"details{margin:.4rem 0;padding-left:.4rem;border-left:3px solid #e3e6e8}"
"summary{cursor:pointer}"
"@media(prefers-color-scheme:dark){body{color:#dfe3e6;background:#16181a}"
"pre,.lane{background:#202326}th,dt{color:#a3abb2}"
"th,td{border-color:#33383c}.s-done,.c-A{color:#6cc483}"
".s-failed,.s-unknown,.c-B{color:#ff8a7f}.bar{background:#6fa3dd}}"
"@media print{details{display:block}.lane{border:1px solid #ccc}}";

static void
put(struct buffer *b, const char *text)
{
	char *clean;

	if (text == NULL)
		return;
	clean = str_printable(NULL, text, strlen(text), true);
	for (const char *p = clean; *p != '\0'; p++)
		switch (*p) {
		case '&':
			buffer_puts(b, "&amp;");
			break;
		case '<':
			buffer_puts(b, "&lt;");
			break;
		case '>':
			buffer_puts(b, "&gt;");
			break;
		case '"':
			buffer_puts(b, "&quot;");
			break;
		case '\'':
			buffer_puts(b, "&#39;");
			break;
		default:
			buffer_add(b, p, 1);
		}
	talloc_free(clean);
}

static void
put_in(struct buffer *b, const char *tag, const char *text)
{
	buffer_printf(b, "<%s>", tag);
	put(b, text);
	buffer_printf(b, "</%s>", tag);
}

static void
put_ms(struct buffer *b, const json_t *j, const char *key)
{
	int64_t ms = json_int(j, key, -1);
	char *text = ms < 0 ? NULL : duration_short(NULL, ms);

	put_in(b, "td", text);
	talloc_free(text);
}

/* A class or a status, whose word is also a name of a style. */
static void
put_badge(struct buffer *b, char prefix, const char *word)
{
	buffer_printf(b, "<td><span class=\"b %c-", prefix);
	put(b, word);
	buffer_puts(b, "\">");
	put(b, word);
	buffer_puts(b, "</span></td>");
}

static void
put_definition(struct buffer *b, const char *term, const char *text)
{
	if (text == NULL)
		return;
	put_in(b, "dt", term);
	put_in(b, "dd", text);
}

static void
put_targets(struct buffer *b, const json_t *f)
{
	const json_t *target;
	size_t i;

	json_array_foreach(json_object_get(f, "targets"), i, target) {
		const json_t *id = json_object_get(target, "identity");
		char *text = mem_printf(NULL, "%s: %s, database %s as %s, server "
		    "%s, system %s%s%s", json_str_or(target, "name", ""),
		    json_str_or(target, "environment", "?"),
		    json_str_or(id, "database", "not reached"),
		    json_str_or(id, "role", "?"), json_str_or(id, "version", "?"),
		    json_str_or(id, "system_identifier", "?"),
		    json_str(target, "note") != NULL ? "; its URL: " : "",
		    json_str_or(target, "note", ""));

		put_definition(b, "Target", text);
		talloc_free(text);
	}
}

static void
put_people(struct buffer *b, const json_t *f)
{
	const json_t *dids;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)json_object_get(f, "people"),
	    name, dids) {
		put_in(b, "dt", "Person");
		buffer_puts(b, "<dd>");
		put(b, name);
		for (size_t i = 0; i < json_array_size(dids); i++) {
			buffer_puts(b, i == 0 ? ": " : ", ");
			put(b, json_string_value(json_array_get(dids, i)));
		}
		buffer_puts(b, "</dd>");
	}
}

static void
put_head(struct buffer *b, const json_t *f)
{
	const char *title = json_str_or(f, "title", json_str(f, "window"));

	buffer_puts(b, "<!doctype html>\n<html lang=\"en\"><head>"
	    "<meta charset=\"utf-8\">"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'unsafe-inline'\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">");
	put_in(b, "title", title);
	buffer_printf(b, "<style>%s</style></head>\n<body>\n", style);
	put_in(b, "h1", title);
	buffer_puts(b, "<dl>");
	put_definition(b, "Run", json_str(f, "run"));
	put_definition(b, "Outcome", json_flag(f, "closed") ?
	    outcome_words(json_str(f, "outcome")) : "not closed yet");
	put_definition(b, "Waits for", json_str(f, "waits_for"));
	put_definition(b, "Opened", json_str(f, "opened_at"));
	put_definition(b, "Last event", json_str(f, "last_event_at"));
	put_definition(b, "From", json_str(f, "host"));
	put_targets(b, f);
	put_people(b, f);
	put_in(b, "dt", "Journal");
	buffer_printf(b, "<dd>%" PRId64 " records, head <code>%s</code></dd>"
	    "</dl>\n", json_int(f, "records", 0), json_str_or(f, "head", ""));
}

/* ---- timeline -------------------------------------------------------- */

struct span {
	int64_t	from, to;	/* microseconds */
};

static bool
attempt_span(const json_t *a, struct span *span)
{
	const char *from = json_str(a, "started_at"), *to;

	to = json_str_or(a, "finished_at", from);
	return from != NULL &&
	    clock_parse_rfc3339(from, &span->from, NULL) == 0 &&
	    clock_parse_rfc3339(to, &span->to, NULL) == 0;
}

/* From the first attempt's start to the last one's end. */
static struct span
whole_span(const json_t *f)
{
	const json_t *phase, *step, *a;
	struct span whole = { INT64_MAX, 0 }, one;
	size_t i, k, n;

	json_array_foreach(json_object_get(f, "phases"), i, phase)
	    json_array_foreach(json_object_get(phase, "steps"), k, step)
		json_array_foreach(json_object_get(step, "attempts"), n, a) {
			if (!attempt_span(a, &one))
				continue;
			if (one.from < whole.from)
				whole.from = one.from;
			if (one.to > whole.to)
				whole.to = one.to;
		}
	return whole;
}

static void
put_bar(struct buffer *b, const json_t *a, const struct span *whole)
{
	int64_t length = whole->to - whole->from;
	struct span one;

	if (!attempt_span(a, &one) || length <= 0)
		return;
	buffer_puts(b, "<span class=\"bar ");
	put(b, json_str_or(a, "outcome", "running"));
	/* In thousandths of a percent, so that no locale writes a comma. */
	buffer_printf(b, "\" style=\"left:%" PRId64 ".%02" PRId64 "%%;width:%"
	    PRId64 ".%02" PRId64 "%%\"></span>",
	    (one.from - whole->from) * 100 / length,
	    (one.from - whole->from) * 10000 / length % 100,
	    (one.to - one.from) * 100 / length,
	    (one.to - one.from) * 10000 / length % 100);
}

static void
put_lane(struct buffer *b, const json_t *step, const struct span *whole)
{
	const json_t *attempts = json_object_get(step, "attempts"), *a;
	size_t i;

	if (json_array_size(attempts) == 0)
		return;
	buffer_puts(b, "<tr>");
	put_in(b, "td", json_str(step, "name"));
	buffer_puts(b, "<td><div class=\"lane\">");
	json_array_foreach(attempts, i, a)
		put_bar(b, a, whole);
	buffer_puts(b, "</div></td>");
	put_ms(b, json_array_get(attempts, json_array_size(attempts) - 1), "ms");
	buffer_puts(b, "</tr>\n");
}

static void
put_timeline(struct buffer *b, const json_t *f)
{
	struct span whole = whole_span(f);
	const json_t *phase, *step;
	size_t i, k;

	if (whole.from > whole.to)
		return;
	buffer_puts(b, "<h2>Timeline</h2>\n<table class=\"time\">");
	json_array_foreach(json_object_get(f, "phases"), i, phase)
		json_array_foreach(json_object_get(phase, "steps"), k, step)
			put_lane(b, step, &whole);
	buffer_puts(b, "</table>\n");
}

/* ---- steps ----------------------------------------------------------- */

static void
put_error(struct buffer *b, const json_t *error)
{
	if (error == NULL)
		return;
	buffer_puts(b, "<p class=\"s-failed\">");
	put(b, json_str(error, "primary"));
	if (json_str(error, "detail") != NULL) {
		buffer_puts(b, "<br>");
		put(b, json_str(error, "detail"));
	}
	buffer_puts(b, "</p>");
}

static void
put_statements(struct buffer *b, const json_t *a)
{
	const json_t *statements = json_object_get(a, "statements"), *st;
	size_t i;

	if (json_array_size(statements) == 0) {
		if (json_str(a, "text") != NULL)
			put_in(b, "pre", json_str(a, "text"));
		return;
	}
	buffer_puts(b, "<table><tr><th>statement<th>class<th>took<th>lock"
	    "<th>tag</tr>");
	json_array_foreach(statements, i, st) {
		buffer_puts(b, "<tr><td><code>");
		put(b, json_str(st, "text"));
		buffer_puts(b, "</code></td>");
		put_badge(b, 'c', json_str(st, "class"));
		put_ms(b, st, "ms");
		put_in(b, "td", json_str(st, "lock"));
		put_in(b, "td", json_str(st, "tag"));
		buffer_puts(b, "</tr>\n");
	}
	buffer_puts(b, "</table>");
}

/* Figures and facts beside it: the values of a command. */
static void
put_lines(struct buffer *b, const json_t *list)
{
	const json_t *line;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	buffer_puts(b, "<ul>");
	json_array_foreach(list, i, line)
		put_in(b, "li", json_string_value(line));
	buffer_puts(b, "</ul>\n");
}

static void
put_attempt(struct buffer *b, const json_t *a)
{
	const json_t *answer = json_object_get(a, "answer");

	buffer_printf(b, "<p>Attempt %" PRId64 ": ", json_int(a, "number", 0));
	put_in(b, "b", outcome_words(json_str_or(a, "outcome", "not finished")));
	buffer_puts(b, ", from ");
	put(b, json_str_or(a, "started_at", "never"));
	buffer_puts(b, ", digest <code>");
	put(b, json_str(a, "digest"));
	buffer_puts(b, "</code></p>");
	put_error(b, json_object_get(a, "error"));
	if (json_str(a, "proof") != NULL)
		put_in(b, "p", json_str(a, "proof"));
	if (json_str(a, "session_words") != NULL) {
		buffer_puts(b, "<p>Settings: ");
		put(b, json_str(a, "session_words"));
		buffer_puts(b, "</p>");
	}
	put_statements(b, a);
	put_lines(b, json_object_get(a, "lines"));
	if (answer != NULL) {
		char *text = json_pretty(NULL, answer);

		put_in(b, "pre", text);
		talloc_free(text);
	}
}

static void
put_strength(struct buffer *b, const json_t *sign)
{
	buffer_puts(b, " (");
	put(b, json_str_or(sign, "strength", "-"));
	if (json_str(sign, "key") != NULL) {
		buffer_puts(b, " <code>");
		put(b, json_str(sign, "key"));
		buffer_puts(b, "</code>");
	}
	buffer_puts(b, ") ");
}

static void
put_sign(struct buffer *b, const json_t *sign)
{
	buffer_puts(b, "<li>");
	put_in(b, "b", json_str(sign, "decision"));
	buffer_puts(b, " by ");
	put(b, json_str(sign, "principal"));
	if (str_equal(json_str(sign, "strength"), "break-glass"))
		buffer_puts(b, " (<b class=\"s-failed\">BREAK-GLASS</b>) ");
	else
		put_strength(b, sign);
	put(b, json_str(sign, "at"));
	buffer_puts(b, ", digest <code>");
	put(b, json_str(sign, "digest"));
	buffer_puts(b, json_flag(sign, "void") ? "</code>, <b>void</b> " :
	    "</code> ");
	put(b, json_str(sign, "reason"));
	put(b, json_str(sign, "note"));
	buffer_puts(b, "</li>");
}

static void
put_artifacts(struct buffer *b, const json_t *list)
{
	const json_t *a;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	buffer_puts(b, "<table><tr><th>file<th>bytes<th>sha256<th>what</tr>");
	json_array_foreach(list, i, a) {
		buffer_puts(b, "<tr>");
		put_in(b, "td", json_str(a, "name"));
		buffer_printf(b, "<td>%" PRId64 "</td><td><code>",
		    json_int(a, "size", 0));
		put(b, json_str(a, "sha256"));
		buffer_puts(b, "</code></td>");
		put_in(b, "td", json_str(a, "what"));
		buffer_puts(b, "</tr>\n");
	}
	buffer_puts(b, "</table>");
}

static void
put_details(struct buffer *b, const json_t *step)
{
	const json_t *attempts = json_object_get(step, "attempts"), *j;
	size_t i;

	if (json_array_size(attempts) == 0 &&
	    json_str(step, "skip_reason") == NULL)
		return;
	buffer_puts(b, "<details><summary>");
	put(b, json_str(step, "name"));
	buffer_puts(b, " (");
	put(b, json_str(step, "status"));
	buffer_puts(b, ")</summary>\n");
	if (json_str(step, "why") != NULL)
		put_in(b, "p", json_str(step, "why"));
	if (json_str(step, "skip_reason") != NULL)
		put_in(b, "p", json_str(step, "skip_reason"));
	json_array_foreach(attempts, i, j)
		put_attempt(b, j);
	buffer_puts(b, "<ul>");
	json_array_foreach(json_object_get(step, "signs"), i, j)
		put_sign(b, j);
	buffer_puts(b, "</ul>");
	put_artifacts(b, json_object_get(step, "artifacts"));
	buffer_puts(b, "</details>\n");
}

static void
put_phase(struct buffer *b, const json_t *phase)
{
	const json_t *steps = json_object_get(phase, "steps"), *step;
	size_t i;

	put_in(b, "h2", json_str_or(phase, "title", json_str(phase, "name")));
	buffer_puts(b, "\n<table><tr><th>step<th>class<th>status<th>took"
	    "<th>estimate<th>attempts</tr>\n");
	json_array_foreach(steps, i, step) {
		const json_t *attempts = json_object_get(step, "attempts");
		size_t count = json_array_size(attempts);

		buffer_puts(b, "<tr>");
		put_in(b, "td", json_str(step, "name"));
		put_badge(b, 'c', json_str_or(step, "class", "R"));
		put_badge(b, 's', json_str(step, "status"));
		put_ms(b, count > 0 ? json_array_get(attempts, count - 1) : NULL,
		    "ms");
		put_ms(b, step, "estimate_ms");
		buffer_printf(b, "<td>%zu</td></tr>\n", count);
	}
	buffer_puts(b, "</table>\n");
	json_array_foreach(steps, i, step)
		put_details(b, step);
}

/* ---- drift, notes ---------------------------------------------------- */

static void
put_joined(struct buffer *b, const json_t *list)
{
	buffer_puts(b, "<td>");
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (i > 0)
			buffer_puts(b, "<br>");
		put(b, json_string_value(json_array_get(list, i)));
	}
	buffer_puts(b, "</td>");
}

static void
put_drift(struct buffer *b, const json_t *drift)
{
	const json_t *items = json_object_get(drift, "items"), *item;
	size_t i;

	buffer_puts(b, "<h3>Found by ");
	put(b, json_str_or(drift, "step", "the run"));
	buffer_puts(b, "</h3>");
	if (json_str(drift, "problem") != NULL)
		put_in(b, "p", json_str(drift, "problem"));
	if (json_array_size(items) == 0) {
		buffer_puts(b, "<p>No item.</p>\n");
		return;
	}
	buffer_puts(b, "<table><tr><th>class<th>kind<th>object<th>change"
	    "<th>reasons<th>figures<th>decision<th>words</tr>\n");
	json_array_foreach(items, i, item) {
		buffer_puts(b, "<tr>");
		put_badge(b, 'c', json_str(item, "class"));
		put_in(b, "td", json_str(item, "kind"));
		put_in(b, "td", json_str(item, "title"));
		put_in(b, "td", json_str(item, "change"));
		put_joined(b, json_object_get(item, "reasons"));
		put_joined(b, json_object_get(item, "figures"));
		put_in(b, "td", json_str_or(item, "truth", "undecided"));
		put_joined(b, json_object_get(item, "words"));
		buffer_puts(b, "</tr>\n");
	}
	buffer_puts(b, "</table>\n");
}

/* What people and steps did, one row each. */
static void
put_moments(struct buffer *b, const json_t *list)
{
	const json_t *j;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	buffer_puts(b, "<h2>Who did what</h2><table>");
	json_array_foreach(list, i, j) {
		buffer_puts(b, "<tr>");
		put_in(b, "td", json_str(j, "at"));
		put_in(b, "td", json_str(j, "text"));
		buffer_puts(b, "</tr>\n");
	}
	buffer_puts(b, "</table>\n");
}

static void
put_notes(struct buffer *b, const json_t *notes)
{
	const json_t *note;
	size_t i;

	if (json_array_size(notes) == 0)
		return;
	buffer_puts(b, "<h2>Notes</h2><ul>");
	json_array_foreach(notes, i, note) {
		buffer_puts(b, "<li>");
		put(b, json_str(note, "at"));
		buffer_puts(b, " ");
		put_in(b, "b", json_str(note, "principal"));
		buffer_puts(b, " ");
		put(b, json_str(note, "text"));
		buffer_puts(b, "</li>\n");
	}
	buffer_puts(b, "</ul>\n");
}

char *
report_html(const void *owner, const json_t *facts)
{
	struct buffer *b = buffer_new(owner);
	const json_t *j;
	size_t i;

	put_head(b, facts);
	put_timeline(b, facts);
	put_moments(b, json_object_get(facts, "moments"));
	json_array_foreach(json_object_get(facts, "phases"), i, j)
		put_phase(b, j);
	if (json_array_size(json_object_get(facts, "drift")) > 0)
		buffer_puts(b, "<h2>Drift</h2>\n");
	json_array_foreach(json_object_get(facts, "drift"), i, j)
		put_drift(b, j);
	put_notes(b, json_object_get(facts, "notes"));
	buffer_puts(b, "<h2>Evidence</h2>\n");
	put_artifacts(b, json_object_get(facts, "artifacts"));
	buffer_puts(b, "</body></html>\n");
	return b->data;
}

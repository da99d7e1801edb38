/* tests/report/test_report.c - the report of a run, in its three forms. */

#include "harness/test.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "journal/artifact.h"
#include "report/report.h"
#include "run/folder.h"
#include "run/read.h"
#include "run/sample.h"

/* A person's note that would be markup in each form. */
#define HOSTILE	"<script>alert(1)</script> | [x](javascript:y) `z` \"q\" 'a' &amp;"

struct sample {
	struct run	*run;
	char		*folder;
};

static json_t *
facts_of(const void *owner, const struct sample *s)
{
	char head[SHA256_HEX_SIZE];
	struct error err = { 0 };
	struct run_state *state = run_state_load_head(owner, s->folder, head, &err);

	assert_got(state, &err);
	return json_owned(owner, report_facts(state, s->folder, head));
}

/* The sample run: the first step ran, the last was refused. */
static int
make_sample(void **state)
{
	struct sample *s = NEW(NULL, struct sample);
	json_t *note = json_pack("{s:s, s:s}", "text", HOSTILE, "principal", "ben");
	struct error err = { 0 };
	const char *digest;

	s->run = sample_run(s, &s->folder);
	digest = sample_plan(s->run, "main/look", 1, "R", "select 1");
	sample_append(s->run, EVENT_ATTEMPT_STARTED, mem_printf(s,
	    "{'step': 'main/look', 'attempt': 1, 'digest': '%s'}", digest));
	sample_append(s->run, EVENT_STATEMENT_STARTED, "{'step': 'main/look',"
	    "'attempt': 1, 'statement': 1, 'text': 'select 1', 'class': 'R'}");
	sample_append(s->run, EVENT_STATEMENT_FINISHED, "{'step': 'main/look',"
	    "'attempt': 1, 'statement': 1, 'ms': 1234, 'tag': 'SELECT 1'}");
	sample_append(s->run, EVENT_ATTEMPT_FINISHED, "{'step': 'main/look',"
	    "'attempt': 1, 'outcome': 'done', 'ms': 1234}");
	assert_ok(run_append(s->run, EVENT_NOTED, note, &err), &err);
	*state = s;
	return 0;
}

static int
free_sample(void **state)
{
	talloc_free(*state);
	return 0;
}

static void
keep_drift(struct sample *s, const char *text)
{
	struct artifact_info info;
	struct error err = { 0 };

	assert_ok(artifact_save(s->folder, "artifacts/drift.json", text,
	    strlen(text), &info, &err), &err);
	assert_ok(run_append(s->run, EVENT_ARTIFACT, json_pack(
	    "{s:s, s:i, s:s, s:s, s:I, s:s}", "step", "main/look", "attempt", 1,
	    "name", info.name, "sha256", info.sha256, "size",
	    (json_int_t)info.size_bytes, "what", "drift"), &err), &err);
}

static void
the_facts_name_who_when_and_where(void **state)
{
	struct sample *s = *state;

	json_t *f = facts_of(s, s);

	assert_string_equal(json_str(f, "operator"), "ana");
	assert_string_equal(json_str(f, "host"), "h");
	assert_non_null(json_str(f, "opened_at"));
	assert_non_null(json_object_get(json_object_get(f, "people"), "ben"));
	assert_int_equal(strlen(json_str(f, "head")), 64);
	assert_int_equal(json_int(f, "records", 0), s->run->state->last_seq);
}

static void
a_rollback_that_was_not_walked_is_left_out(void **state)
{
	struct sample *s = *state;

	json_t *f = facts_of(s, s);

	assert_int_equal(json_array_size(json_object_get(f, "phases")), 1);
}

static void
html_escapes_what_is_from_outside(void **state)
{
	struct sample *s = *state;

	char *html = report_html(s, facts_of(s, s));

	assert_null(strstr(html, "<script"));
	assert_contains(html, "&lt;script&gt;alert(1)");
	assert_contains(html, "&quot;q&quot; &#39;a&#39; &amp;amp;");
}

static void
html_loads_nothing_from_elsewhere(void **state)
{
	struct sample *s = *state;

	char *html = report_html(s, facts_of(s, s));

	assert_contains(html, "default-src 'none'");
	assert_null(strstr(html, "src="));
	assert_null(strstr(html, "href="));
	assert_null(strstr(html, "url("));
	assert_null(strstr(html, "@import"));
}

static void
html_has_a_timeline_of_what_ran(void **state)
{
	struct sample *s = *state;

	char *html = report_html(s, facts_of(s, s));

	assert_contains(html, "<h2>Timeline</h2>");
	assert_contains(html, "class=\"lane\"");
}

static void
each_form_tells_who_did_what(void **state)
{
	struct sample *s = *state;
	json_t *f = facts_of(s, s);

	assert_contains(report_markdown(s, f), "## Time line\n\n- 20");
	assert_contains(report_markdown(s, f), ": done after 1.23s\n");
	assert_contains(report_html(s, f), "<h2>Who did what</h2>");
	assert_contains(report_html(s, f), ": done after 1.23s</td>");
	assert_true(json_array_size(json_object_get(f, "moments")) >= 3);
}

static void
markdown_escapes_what_is_from_outside(void **state)
{
	struct sample *s = *state;

	char *md = report_markdown(s, facts_of(s, s));

	assert_null(strstr(md, "<script"));
	assert_contains(md, "&lt;script&gt;alert(1)&lt;/script&gt; \\| \\[x\\]");
	assert_contains(md, "\\`z\\`");
}

static void
each_form_has_the_digest_and_the_statement(void **state)
{
	struct sample *s = *state;
	json_t *f = facts_of(s, s);
	const char *digest = s->run->state->steps[0].attempts[0].digest;

	char *html = report_html(s, f), *md = report_markdown(s, f);
	char *json = json_pretty(s, f);

	assert_contains(html, digest);
	assert_contains(md, digest);
	assert_contains(json, digest);
	assert_contains(html, "select 1");
	assert_contains(md, "select 1");
}

static void
the_drift_table_comes_from_the_evidence(void **state)
{
	struct sample *s = *state;

	keep_drift(s, "{\"items\": [{\"id\": \"i1\", \"class\": \"B\", "
	    "\"kind\": \"column\", \"title\": \"orders.total\", "
	    "\"figures\": [\"17 values would be rounded\"]}]}");
	char *md = report_markdown(s, facts_of(s, s));

	assert_contains(md, "| B | column | orders.total |");
	assert_contains(md, "17 values would be rounded");
	assert_contains(md, "undecided");
}

static void
each_word_on_an_item_is_told_with_its_strength(void **state)
{
	struct sample *s = *state;
	char *md;

	keep_drift(s, "{\"items\": [{\"id\": \"i1\", \"class\": \"B\", "
	    "\"kind\": \"column\", \"title\": \"orders.total\"}]}");
	sample_append(s->run, EVENT_DECIDED, "{'step': 'main/look', "
	    "'item': 'i1', 'truth': 'database', 'principal': 'ben'}");
	sample_append(s->run, EVENT_DECIDED, "{'step': 'main/look', "
	    "'item': 'i1', 'truth': 'migrations', 'principal': 'ben', "
	    "'strength': 'ssh'}");
	sample_append(s->run, EVENT_DECIDED, "{'step': 'main/look', "
	    "'item': 'i1', 'truth': 'refused', 'reason': 'no copy', "
	    "'principal': 'carol', 'strength': 'keystroke'}");
	md = report_markdown(s, facts_of(s, s));

	assert_contains(md, "ben (ssh): migrations");
	assert_contains(md, "carol (keystroke): refused, no copy");
	assert_null(strstr(md, "ben (keystroke)"));
}

static void
a_drift_file_that_was_changed_is_not_shown(void **state)
{
	struct sample *s = *state;
	struct error err = { 0 };

	keep_drift(s, "{\"items\": [{\"id\": \"i1\", \"title\": \"true\"}]}");
	char *path = path_join(s, s->folder, "artifacts/drift.json");
	assert_ok(file_write_atomic(path, "{\"items\": [{\"title\": \"lie!\"}]}",
	    28, 0600, &err), &err);
	char *md = report_markdown(s, facts_of(s, s));

	assert_null(strstr(md, "lie!"));
	assert_contains(md, "Not readable:");
}

int
main(void)
{
#define TEST(name)	cmocka_unit_test_setup_teardown(name, make_sample, free_sample)
	static const struct CMUnitTest tests[] = {
		TEST(the_facts_name_who_when_and_where),
		TEST(a_rollback_that_was_not_walked_is_left_out),
		TEST(html_escapes_what_is_from_outside),
		TEST(html_loads_nothing_from_elsewhere),
		TEST(html_has_a_timeline_of_what_ran),
		TEST(each_form_tells_who_did_what),
		TEST(markdown_escapes_what_is_from_outside),
		TEST(each_form_has_the_digest_and_the_statement),
		TEST(the_drift_table_comes_from_the_evidence),
		TEST(each_word_on_an_item_is_told_with_its_strength),
		TEST(a_drift_file_that_was_changed_is_not_shown),
	};

	return test_main(tests, NULL, NULL);
}

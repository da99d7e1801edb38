/*
 * tests/steps/test_run.c - commands, requests and people: no database needed.
 */

#include "harness/test.h"

#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/redact.h"
#include "base/str.h"
#include "harness/web.h"
#include "steps/ask.h"
#include "steps/plan.h"
#include "steps/stage.h"

static struct stage *
stage_of(const char *steps)
{
	return stage_without_server(NULL, steps);
}

/* ---- run ------------------------------------------------------------------------- */

static void
a_command_gets_values_by_its_environment(void **state)
{
	struct stage *s = stage_of(
	    "  - id: say\n"
	    "    run: echo one; echo \"$word and $MORE\"\n"
	    "    env: {MORE: \"{{word}}\"}\n"
	    "    register: said\n");

	(void)state;
	assert_ok(stage_run(s, "say"), &s->err);

	assert_string_equal(stage_value(s, "said"), "it's and it's");
	assert_string_equal(stage_output(s), "one\nit's and it's\n");
	talloc_free(s);
}

/* The plan's line that begins so; it fails where there is none. */
static const char *
line_of(struct stage *s, const char *start)
{
	const json_t *lines = json_object_get(s->attempt->plan->shown,
	    "lines"), *line;
	size_t i;

	json_array_foreach(lines, i, line)
		if (str_starts(json_string_value(line), start))
			return json_string_value(line);
	fail_msg("no line \"%s\"", start);
	return NULL;
}

static void
what_is_signed_has_the_values_of_the_command(void **state UNUSED)
{
	struct stage *s = stage_of(
	    "  - id: name\n"
	    "    run: echo dropdb shop\n"
	    "    register: what\n"
	    "  - id: long\n"
	    "    run: printf %05000d 7\n"
	    "    register: much\n"
	    "  - id: act\n"
	    "    run: sh -c \"$what\"; echo ${much} $MORE $whatever\n"
	    "    env: {MORE: \"more {{what}}\"}\n");

	assert_ok(stage_run(s, "name"), &s->err);
	assert_ok(stage_run(s, "long"), &s->err);
	stage_begin(s, "act");

	assert_string_equal(line_of(s, "$what "), "$what is dropdb shop");
	assert_string_equal(line_of(s, "$MORE "), "$MORE is more dropdb shop");
	assert_contains(line_of(s, "$much "), "... (5000 bytes, sha256 ");
	/* A value can be what destroys. */
	assert_int_equal(s->attempt->plan->class_, CLASS_B);
	assert_string_equal(s->attempt->plan->reason, "dropdb drops a database");
	talloc_free(s);
}

static void
an_exit_status_is_told_with_the_last_error_line(void **state)
{
	struct stage *s = stage_of(
	    "  - id: fail\n"
	    "    run: echo bad luck >&2; exit 3\n"
	    "  - id: wanted\n"
	    "    run: exit 3\n"
	    "    expect: {exit: 3}\n"
	    "  - id: missing\n"
	    "    run: no-such-command-at-all\n"
	    "  - id: other\n"
	    "    run: echo ok\n"
	    "    expect: {stdout: \"^good\"}\n");

	(void)state;
	assert_error(stage_run(s, "fail"), &s->err, ERR_CHILD);
	assert_string_equal(s->err.primary,
	    "the command exited with status 3");
	assert_string_equal(s->err.detail, "bad luck");
	assert_ok(stage_run(s, "wanted"), &s->err);
	assert_error(stage_run(s, "missing"), &s->err, ERR_CHILD);
	assert_contains(s->err.hint, "not found");
	assert_error(stage_run(s, "other"), &s->err, ERR_EXPECT);
	talloc_free(s);
}

static void
a_killed_command_names_its_signal(void **state)
{
	struct stage *s = stage_of(
	    "  - id: die\n"
	    "    run: kill -9 $$\n");

	(void)state;
	assert_error(stage_run(s, "die"), &s->err, ERR_CHILD);
	assert_string_equal(s->err.primary,
	    "the command was killed by signal 9 (Killed)");
	talloc_free(s);
}

static void
a_command_that_ignores_sigterm_is_ended_all_the_same(void **state)
{
	struct stage *s = stage_of(
	    "  - id: stubborn\n"
	    "    run: trap '' TERM; echo ready; while :; do sleep 0.1; done\n");

	(void)state;
	stage_when_said(s, "ready", stage_cancel);
	assert_error(stage_run(s, "stubborn"), &s->err, ERR_CANCELLED);
	talloc_free(s);
}

static void
binary_output_is_kept_as_it_is_and_shown_harmless(void **state)
{
	struct stage *s = stage_of(
	    "  - id: noise\n"
	    "    run: printf '\\000\\377\\033[2Jx\\n'\n");
	char *path;
	FILE *f;
	unsigned char bytes[16];

	(void)state;
	assert_ok(stage_run(s, "noise"), &s->err);

	path = mem_printf(s, "%s/artifacts/main/noise.1/output.txt",
	    s->bundle);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(bytes, 1, sizeof(bytes), f), 8);
	fclose(f);
	assert_memory_equal(bytes, "\000\377\033[2Jx\n", 8);
	talloc_free(s);
}

static void
secrets_reach_neither_disk_nor_screen(void **state)
{
	struct stage *s = stage_of(
	    "  - id: leak\n"
	    "    run: printf hun; sleep 0.1; echo ter2; echo hunter2 >&2\n"
	    "    register: leaked\n");

	(void)state;
	assert_true(redactor_add(s->run->redactor, "TOKEN", "hunter2"));
	assert_ok(stage_run(s, "leak"), &s->err);

	assert_null(strstr(stage_output(s), "hunter2"));
	assert_contains(stage_output(s), "[secret TOKEN]");
	assert_null(strstr(slurp(s, mem_printf(s, "%s/journal.jsonl",
	    s->bundle)), "hunter2"));
	talloc_free(s);
}

static void
attached_files_become_evidence(void **state)
{
	struct stage *s = stage_of(
	    "  - id: make\n"
	    "    run: echo kept > note.txt\n"
	    "    attach: [note.txt]\n");

	(void)state;
	assert_ok(stage_run(s, "make"), &s->err);

	assert_string_equal(slurp(s, mem_printf(s,
	    "%s/artifacts/main/make.1/note.txt", s->bundle)), "kept\n");
	assert_int_equal(s->run->state->artifact_count, 1);
	talloc_free(s);
}

/* ---- http --------------------------------------------------------------------------- */

static struct stage *
stage_with_port(const char *steps)
{
	struct stage *s = stage_of(steps);

	scope_set(s->host.scope, "word", json_string_nocheck(mem_printf(s,
	    "http://127.0.0.1:%d", web_port())));
	return s;
}

static void
http_holds_status_body_and_json(void **state)
{
	struct stage *s = stage_with_port(
	    "  - id: ok\n"
	    "    http: \"{{word}}/health\"\n"
	    "    expect: {status: 200, body: '\"ok\"', json: {status: ok, n: 5}}\n"
	    "    register: got\n"
	    "  - id: other\n"
	    "    http: \"{{word}}/health\"\n"
	    "    expect: {json: {status: down}}\n"
	    "  - id: gone\n"
	    "    http: \"{{word}}/nothing\"\n");

	(void)state;
	assert_ok(stage_run(s, "ok"), &s->err);
	assert_string_equal(stage_value(s, "got.status"), "200");
	assert_error(stage_run(s, "other"), &s->err, ERR_EXPECT);
	assert_string_equal(s->err.primary,
	    "expected \"status\" to be \"down\" in the answer, got \"ok\"");
	assert_error(stage_run(s, "gone"), &s->err, ERR_EXPECT);
	assert_string_equal(s->err.primary, "expected status 200, got 404");
	talloc_free(s);
}

static void
http_tells_who_refused(void **state)
{
	struct stage *s = stage_of(
	    "  - id: refused\n"
	    "    http: \"http://127.0.0.1:1/\"\n");

	(void)state;
	assert_error(stage_run(s, "refused"), &s->err, ERR_EXPECT);
	assert_contains(s->err.primary, "no answer from http://127.0.0.1:1/");
	assert_true(s->err.detail[0] != '\0');
	talloc_free(s);
}

static void
http_can_be_cancelled_and_times_out(void **state)
{
	struct stage *s = stage_with_port(
	    "  - id: hang\n"
	    "    http: \"{{word}}/hang\"\n"
	    "    timeout: 300ms\n");

	(void)state;
	assert_error(stage_run(s, "hang"), &s->err, ERR_TIMEOUT);
	talloc_free(s);
}

/* ---- people --------------------------------------------------------------------------- */

static const char manual_step[] =
    "  - id: announce\n"
    "    manual:\n"
    "      items: [\"Announced {{word}}\", Paused]\n"
    "      ask: {ticket: {prompt: Ticket, pattern: \"^CHG-[0-9]+$\"}}\n"
    "    register: told\n";

static void
a_checklist_wants_every_tick_and_the_pattern(void **state)
{
	struct stage *s = stage_of(manual_step);

	(void)state;
	stage_intend(s, "{'type': 'answer', 'principal': 'ana', 'answer':"
	    " {'items': [true, false], 'fields': {'ticket': 'CHG-1'}}}");
	stage_intend(s, "{'type': 'answer', 'principal': 'ana', 'answer':"
	    " {'items': [true, true], 'fields': {'ticket': 'no'}}}");
	stage_intend(s, "{'type': 'answer', 'principal': 'ana', 'answer':"
	    " {'items': [true, true], 'fields': {'ticket': 'CHG-1'}}}");
	assert_ok(stage_run(s, "announce"), &s->err);

	assert_string_equal(stage_value(s, "told.ticket"), "CHG-1");
	assert_int_equal(stage_count(s, EVENT_ANSWERED), 1);
	talloc_free(s);
}

static void
what_is_missing_in_an_answer_is_said(void **state)
{
	json_t *question = stage_json("{'type': 'manual', 'items': ['a', 'b'],"
	    " 'fields': [{'name': 'ticket', 'prompt': 'T',"
	    " 'pattern': '^[0-9]+$'}]}");
	json_t *answer = stage_json("{'items': [true]}");
	struct error err;

	(void)state;
	assert_error(ask_check(question, answer, &err), &err, ERR_POLICY);
	assert_string_equal(err.primary, "item 2 is not ticked: b");
	json_decref(answer);
	answer = stage_json("{'items': [true, true], 'fields':"
	    " {'ticket': 'x'}}");
	assert_error(ask_check(question, answer, &err), &err, ERR_POLICY);
	assert_string_equal(err.primary,
	    "\"ticket\" does not have the form ^[0-9]+$");
	json_decref(answer);
	json_decref(question);
}

static void
headless_waits_unless_an_answer_is_prepared(void **state)
{
	struct stage *s = stage_of(manual_step);

	(void)state;
	s->host.is_headless = true;
	s->host.approvals = s->folder;
	assert_error(stage_run(s, "announce"), &s->err, ERR_WAITING);

	temp_file(s, s->folder, "answers.json", "{\"step\": \"main/announce\","
	    " \"principal\": \"ben\", \"answer\": {\"items\": [true, true],"
	    " \"fields\": {\"ticket\": \"CHG-2\"}}}");
	assert_ok(stage_run(s, "announce"), &s->err);
	assert_string_equal(stage_value(s, "told.ticket"), "CHG-2");
	talloc_free(s);
}

static void
a_choice_leads_elsewhere(void **state)
{
	struct stage *s = stage_of(
	    "  - id: decide\n"
	    "    choose:\n"
	    "      options:\n"
	    "        - {key: a, text: Go on}\n"
	    "        - {key: b, text: Skip, goto: last}\n"
	    "    register: decision\n"
	    "  - id: last\n"
	    "    run: 'true'\n");

	(void)state;
	stage_intend(s, "{'type': 'answer', 'answer': {'key': 'x'}}");
	stage_intend(s, "{'type': 'answer', 'answer': {'key': 'b'}}");
	assert_ok(stage_run(s, "decide"), &s->err);

	assert_string_equal(s->attempt->goto_step, "last");
	assert_string_equal(stage_value(s, "decision"), "b");
	talloc_free(s);
}

/* ---- lint -------------------------------------------------------------------------------- */

static void
lint_knows_what_steps_deserve(void **state)
{
	void *owner = talloc_new(NULL);

	(void)state;
	assert_contains(stage_lint(owner,
	    "  - id: a\n"
	    "    run: pg_restore --clean -d shop dump\n"),
	    "pg_restore --clean drops what it restores");
	assert_contains(stage_lint(owner,
	    "  - id: a\n"
	    "    run: pg_restore --clean -d shop dump\n"
	    "    class: A\n"), "error:");
	assert_contains(stage_lint(owner,
	    "  - id: a\n"
	    "    sql: drop table t\n"
	    "    class: A\n"), "error:");
	assert_contains(stage_lint(owner,
	    "  - id: a\n"
	    "    sql: begin; select 1; commit\n"),
	    "transaction control in a step's SQL");
	assert_contains(stage_lint(owner,
	    "  - id: a\n"
	    "    sql: create index concurrently i on t (a)\n"),
	    "cannot run in a transaction");
	assert_contains(stage_lint(owner,
	    "  - id: a\n"
	    "    check: delete from t\n"), "a check only reads");
	assert_contains(stage_lint(owner,
	    "  - id: a\n"
	    "    check: select 1\n"
	    "    expect: {row: 1}\n"), "did you mean \"rows\"?");
	assert_contains(stage_lint(owner,
	    "  - id: a\n"
	    "    sql: selekt 1\n"), "does not parse");
	assert_contains(stage_lint(owner,
	    "  - id: a\n"
	    "    manual: {}\n"), "needs \"items\" or \"ask\"");
	talloc_free(owner);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_gets_values_by_its_environment),
		cmocka_unit_test(what_is_signed_has_the_values_of_the_command),
		cmocka_unit_test(an_exit_status_is_told_with_the_last_error_line),
		cmocka_unit_test(a_killed_command_names_its_signal),
		cmocka_unit_test(a_command_that_ignores_sigterm_is_ended_all_the_same),
		cmocka_unit_test(binary_output_is_kept_as_it_is_and_shown_harmless),
		cmocka_unit_test(secrets_reach_neither_disk_nor_screen),
		cmocka_unit_test(attached_files_become_evidence),
		cmocka_unit_test(http_holds_status_body_and_json),
		cmocka_unit_test(http_tells_who_refused),
		cmocka_unit_test(http_can_be_cancelled_and_times_out),
		cmocka_unit_test(a_checklist_wants_every_tick_and_the_pattern),
		cmocka_unit_test(what_is_missing_in_an_answer_is_said),
		cmocka_unit_test(headless_waits_unless_an_answer_is_prepared),
		cmocka_unit_test(a_choice_leads_elsewhere),
		cmocka_unit_test(lint_knows_what_steps_deserve),
	};

	return test_main(tests, web_start, NULL);
}

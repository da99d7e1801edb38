/* tests/runbook/test_load.c - what a window and its steps look like. */

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "linting.h"
#include "runbook/values.h"

static void
a_whole_window_is_loaded(void **state)
{
	static const char one[] =
	    "pgrunbook: 1\n"
	    "name: one\n"
	    "title: The first\n"
	    "params:\n"
	    "  ticket: {prompt: Change ticket, pattern: '^CHG-[0-9]+$'}\n"
	    "  batch: {type: integer, default: 1000, min: 1}\n"
	    "target: shop\n"
	    "steps:\n"
	    "  - name: Dump it!\n"
	    "    backup: {jobs: 4, format: directory}\n"
	    "    into: /tmp\n"
	    "    register: dump\n"
	    "  - id: apply\n"
	    "    sql: drop table t\n"
	    "    approval: {from: reviewer, min: 2, expires: 30m, not: executor}\n"
	    "    retry: {limit: 5, delay: 2s, backoff: exponential, on: any}\n"
	    "    verify: {query: select 1, expect: {value: 1}}\n"
	    "    timeout: 5m\n"
	    "    on_failure: goto:apply\n"
	    "  - name: Dump it!\n"
	    "    backup:\n"
	    "    target: local\n"
	    "    when: batch == 1000\n";
	struct window *w;
	const struct runbook *r;
	const struct step *s;
	char hash[SHA256_HEX_SIZE];

	linting_write(*state, "in/one.yaml", one);
	linting_write(*state, "in/back.yaml", "pgrunbook: 1\nname: back\n"
	    "steps:\n  - {restore: {backup: \"{{dump.file}}\"}, class: B}\n");
	linting_write(*state, "in/x.yaml",
	    "pgrunbook: 1\n"
	    "window: demo\n"
	    "start: \"2026-11-27T01:00Z\"\n"
	    "end: \"2026-11-27T03:00Z\"\n"
	    "phases: [one.yaml]\n"
	    "rollback: back.yaml\n"
	    "roles: {executor: {}, reviewer: {from: [a@b.c, d@e.f], not: "
	    "executor, signed: true}}\n"
	    "targets: {shop: {url: 'env:URL', environment: shared}, local: {}}\n"
	    "env_files: [.env]\n"
	    "secrets: [URL]\n"
	    "unmanaged: legacy_*\n"
	    "policy: {refuse: prisma migrate reset}\n");
	w = linting_load(*state, "in/x.yaml");

	assert_string_equal(w->name, "demo");
	assert_false(w->is_single);
	assert_int_equal(w->end_us - w->start_us, 7200000000LL);
	assert_int_equal(w->phase_count, 1);
	assert_string_equal(w->rollback->name, "back");
	assert_string_equal(w->env_files[0], "in/.env");
	assert_string_equal(w->secrets[0], "URL");
	assert_string_equal(w->unmanaged[0], "legacy_*");
	assert_string_equal(w->refuse[0], "prisma migrate reset");
	assert_int_equal(strlen(w->sha256), 64);
	assert_int_equal(window_target(w, "shop")->environment, ENV_SHARED);
	assert_int_equal(window_target(w, "local")->environment, ENV_LOCAL);
	assert_null(window_target(w, "nowhere"));
	assert_string_equal(window_role(w, "reviewer")->from[1], "d@e.f");
	assert_string_equal(window_role(w, "reviewer")->not_role, "executor");
	assert_true(window_role(w, "reviewer")->is_signed);

	r = w->phases[0];
	sha256_of(one, strlen(one), hash);
	assert_string_equal(r->sha256, hash);
	assert_string_equal(r->file, "in/one.yaml");
	assert_int_equal(r->param_count, 2);
	assert_int_equal(r->params[1].min, 1);
	assert_int_equal(r->params[1].type, 1);
	assert_int_equal(r->step_count, 3);

	s = r->steps[0];
	assert_string_equal(s->id, "dump-it");
	assert_string_equal(s->target, "shop");
	assert_string_equal(s->register_name, "dump");
	assert_int_equal(((const struct fake_backup *)s->spec)->jobs, 4);
	assert_int_equal(((const struct fake_backup *)s->spec)->format, 1);
	assert_string_equal(((const struct fake_backup *)s->spec)->into, "/tmp");
	assert_int_equal(s->timeout_ms, -1);
	assert_false(s->retry.given);
	assert_int_equal(s->approval.min, 1);
	assert_int_equal(s->place.line, 9);

	s = runbook_step(r, "apply");
	assert_ptr_equal(s, r->steps[1]);
	assert_int_equal(s->class_, CLASS_B);
	assert_false(s->class_declared);
	assert_true(s->approval.given);
	assert_string_equal(s->approval.from[0], "reviewer");
	assert_int_equal(s->approval.min, 2);
	assert_int_equal(s->approval.expires_ms, 1800000);
	assert_string_equal(s->approval.not_role, "executor");
	assert_true(s->retry.given);
	assert_int_equal(s->retry.limit, 5);
	assert_int_equal(s->retry.delay_ms, 2000);
	assert_int_equal(s->retry.backoff, 1);
	assert_int_equal(s->retry.on, 1);
	assert_string_equal(s->verify.query, "select 1");
	assert_int_equal(json_int(s->verify.expect, "value", 0), 1);
	assert_int_equal(s->timeout_ms, 300000);
	assert_int_equal(s->on_failure, FAIL_GOTO);
	assert_ptr_equal(step_meant(s, s->goto_id), s);
	assert_true(((const struct fake_sql *)s->spec)->in_transaction);

	s = r->steps[2];
	assert_string_equal(s->id, "dump-it-2");
	assert_string_equal(s->target, "local");
	assert_string_equal(s->when, "batch == 1000");
	assert_ptr_equal(s->runbook, r);
	assert_ptr_equal(s->runbook->window, w);
}

static void
a_runbook_alone_is_a_window_of_one_phase(void **state)
{
	struct window *w;

	linting_write(*state, "x.yaml", "pgrunbook: 1\nname: x\ntitle: T\n"
	    "target: shop\nsteps:\n  - pause:\n  - {pause: , target: staging}\n");
	w = linting_load(*state, "x.yaml");

	assert_true(w->is_single);
	assert_string_equal(w->name, "x");
	assert_string_equal(w->title, "T");
	assert_int_equal(w->phase_count, 1);
	assert_string_equal(w->sha256, w->phases[0]->sha256);
}

static void
targets_that_nobody_declared_are_to_be_given(void **state)
{
	struct window *w;

	linting_write(*state, "x.yaml", "pgrunbook: 1\nname: x\n"
	    "target: shop\nsteps:\n  - pause:\n  - {pause: , target: staging}\n");
	w = linting_load(*state, "x.yaml");

	assert_int_equal(w->target_count, 2);
	assert_null(window_target(w, "shop")->url);
	/* Nothing is known of it: take care. */
	assert_int_equal(window_target(w, "shop")->environment, ENV_SHARED);
	assert_int_equal(window_target(w, "staging")->environment, ENV_STAGING);
}

static void
included_steps_stand_in_line(void **state)
{
	const struct runbook *r;
	const struct scope *seen;
	struct scope *run = scope_new(*state);
	struct error err = { 0 };

	scope_set(run, "ticket", json_string("CHG-1"));
	scope_set(run, "ready", json_true());
	linting_write(*state, "sub/part.yaml", "pgrunbook: 1\nname: part\n"
	    "params: {to: , size: 3}\n"
	    "steps:\n"
	    "  - {id: a, pause: , when: size == 3, on_failure: 'goto:b'}\n"
	    "  - {id: b, pause: , target: own}\n"
	    "  - {id: deep, include: deeper.yaml, with: {note: \"{{to}}!\"}}\n");
	linting_write(*state, "sub/deeper.yaml", "pgrunbook: 1\nname: deeper\n"
	    "target: deep\nparams: {note: }\n"
	    "steps:\n  - {id: a, pause: , on_failure: 'goto:end'}\n");
	linting_write(*state, "x.yaml", HEAD
	    "  - {id: p, include: sub/part.yaml, with: {to: \"{{ticket}}\"}, "
	    "target: shop, when: ticket}\n"
	    "  - {id: q, include: sub/part.yaml, with: {to: other, size: 4}}\n"
	    "  - {id: end, pause: }\n");
	r = linting_load(*state, "x.yaml")->phases[0];

	assert_int_equal(r->step_count, 7);
	assert_string_equal(r->steps[0]->id, "p.a");
	assert_string_equal(r->steps[2]->id, "p.deep.a");
	assert_string_equal(r->steps[4]->id, "q.b");
	assert_string_equal(r->steps[6]->id, "end");
	assert_string_equal(r->steps[0]->file, "sub/part.yaml");
	assert_ptr_equal(r->steps[0]->runbook, r);
	assert_string_equal(r->steps[0]->target, "shop");
	assert_string_equal(r->steps[1]->target, "own");
	assert_string_equal(r->steps[2]->target, "deep");
	assert_string_equal(r->steps[0]->when, "ticket and size == 3");
	assert_string_equal(r->steps[1]->when, "ticket");
	assert_null(r->steps[4]->when);
	assert_ptr_equal(step_meant(r->steps[0], "b"), r->steps[1]);
	assert_ptr_equal(step_meant(r->steps[2], "end"), r->steps[6]);
	assert_ptr_equal(step_meant(r->steps[2], "b"), r->steps[1]);
	assert_null(step_meant(r->steps[6], "b"));

	seen = step_scope(*state, run, r->steps[2]);
	assert_string_equal(scope_text(*state, seen, "note"), "CHG-1!");
	assert_string_equal(scope_text(*state, seen, "size"), "3");
	seen = step_scope(*state, run, r->steps[3]);
	assert_string_equal(scope_text(*state, seen, "to"), "other");
	assert_string_equal(scope_text(*state, seen, "size"), "4");
	assert_int_equal(scope_when(seen, r->steps[3]->when, &err), 0);
	assert_ptr_equal(step_scope(*state, run, r->steps[6]), run);
}

static void
a_value_of_an_include_that_is_not_there_is_undefined(void **state)
{
	const struct runbook *r;
	struct scope *run = scope_new(*state);
	const struct scope *seen;
	char **environment;

	linting_write(*state, "part.yaml", "pgrunbook: 1\nname: part\n"
	    "params: {to: }\nsteps:\n  - pause:\n");
	linting_write(*state, "x.yaml", HEAD
	    "  - {id: p, include: part.yaml, with: {to: \"{{ticket}}\"}}\n");
	r = linting_load(*state, "x.yaml")->phases[0];

	/* Nor does another value of that name stand in for it. */
	scope_set(run, "to", json_string("elsewhere"));
	scope_set(run, "other", json_string("x"));
	seen = step_scope(*state, run, r->steps[0]);
	assert_null(scope_get(seen, "to"));
	environment = scope_environment(*state, seen);
	assert_string_equal(environment[0], "other=x");
	assert_null(environment[1]);

	scope_set(run, "ticket", json_string("CHG-1"));
	seen = step_scope(*state, run, r->steps[0]);
	assert_string_equal(scope_text(*state, seen, "to"), "CHG-1");
}

static void
a_param_that_an_earlier_phase_registers_is_not_asked_for(void **state)
{
	const struct window *w;

	linting_write(*state, "one.yaml", "pgrunbook: 1\nname: one\n"
	    "params: {ticket: }\n"
	    "steps:\n  - {backup: , register: dump}\n");
	linting_write(*state, "two.yaml", "pgrunbook: 1\nname: two\n"
	    "params: {dump: , ticket: }\n"
	    "steps:\n  - {restore: , backup: \"{{dump}} {{ticket}}\"}\n");
	linting_write(*state, "x.yaml", "pgrunbook: 1\nwindow: x\n"
	    "phases: [one.yaml, two.yaml]\n");
	w = linting_load(*state, "x.yaml");
	assert_int_equal(w->phases[1]->param_count, 1);
	assert_string_equal(w->phases[1]->params[0].name, "ticket");

	w = linting_load(*state, "two.yaml");
	assert_int_equal(w->phases[0]->param_count, 2);
}

static void
a_card_is_read_without_the_steps(void **state)
{
	struct runbook_card *c;

	linting_write(*state, "x.yaml", "pgrunbook: 1\nname: x\n"
	    "title: \"T\\e[31m\"\nowner: me\nlast_exercised: 2026-10-02\n"
	    "next_window: \"2026-11-27T01:00Z\"\nsteps: wrong\n");
	c = runbook_card_load(*state, "x.yaml");
	assert_non_null(c);
	assert_false(c->is_window);
	assert_string_equal(c->name, "x");
	assert_null(strchr(c->title, '\033'));
	assert_string_equal(c->owner, "me");
	assert_string_equal(c->last_exercised, "2026-10-02");
	assert_string_equal(c->next_window, "2026-11-27T01:00Z");

	linting_write(*state, "y.yaml", "pgrunbook: 1\nwindow: y\n"
	    "start: \"2026-11-27T01:00Z\"\n");
	c = runbook_card_load(*state, "y.yaml");
	assert_true(c->is_window);
	assert_string_equal(c->next_window, "2026-11-27T01:00Z");

	linting_write(*state, "z.yaml", "services: {db: {image: postgres}}\n");
	assert_null(runbook_card_load(*state, "z.yaml"));
	assert_null(runbook_card_load(*state, "none.yaml"));
}

/* The schema of the value at a path of property names. */
static const json_t *
property(const json_t *schema, const char *name)
{
	return json_object_get(json_object_get(schema, "properties"), name);
}

static void
the_schema_has_all_keys(void **state)
{
	json_t *schema = json_owned(*state, runbook_schema(fake_kinds));
	const json_t *defs = json_object_get(schema, "$defs");
	const json_t *runbook = json_object_get(defs, "runbook");
	const json_t *step = json_object_get(defs, "step_backup");

	assert_string_equal(json_str(schema, "$schema"),
	    "https://json-schema.org/draft/2020-12/schema");
	assert_int_equal(json_int(property(runbook, "pgrunbook"), "const", 0), 1);
	assert_non_null(property(runbook, "targets"));
	assert_non_null(property(json_object_get(defs, "window"), "phases"));
	assert_false(json_is_true(json_object_get(runbook,
	    "additionalProperties")));
	assert_int_equal(json_array_size(json_object_get(json_object_get(defs,
	    "step"), "anyOf")), 6);
	assert_int_equal(json_int(property(step, "jobs"), "maximum", 0), 64);
	assert_non_null(property(step, "lock_timeout"));
	assert_non_null(property(step, "backup"));
	assert_string_equal(json_string_value(json_array_get(json_object_get(
	    step, "required"), 0)), "backup");
	assert_string_equal(json_str(property(step, "why"), "$ref"),
	    "#/$defs/common/properties/why");
	assert_string_equal(json_str(property(json_object_get(defs, "common"),
	    "why"), "description"), "one paragraph: why it is done");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		LINTING(a_whole_window_is_loaded),
		LINTING(a_runbook_alone_is_a_window_of_one_phase),
		LINTING(targets_that_nobody_declared_are_to_be_given),
		LINTING(included_steps_stand_in_line),
		LINTING(a_value_of_an_include_that_is_not_there_is_undefined),
		LINTING(a_param_that_an_earlier_phase_registers_is_not_asked_for),
		LINTING(a_card_is_read_without_the_steps),
		LINTING(the_schema_has_all_keys),
	};

	return test_main(tests, NULL, NULL);
}

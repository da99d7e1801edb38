/* tests/run/test_state.c - the fold: what events add up to. */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "run/folder.h"
#include "run/run.h"
#include "run/sample.h"

static void *owner;
static struct run *r;
static char *folder;

static int
open_sample(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	r = sample_run(owner, &folder);
	return 0;
}

static int
close_sample(void **state)
{
	(void)state;
	talloc_free(owner);
	return 0;
}

/* One more event of a step's attempt, with its digest in it. */
static void
append_digest(enum event_type t, const char *step, int attempt,
    const char *digest, const char *more)
{
	char *fields = mem_printf(owner, "{'step': '%s', 'attempt': %d, "
	    "'digest': '%s'%s}", step, attempt, digest, more);

	sample_append(r, t, fields);
}

static void
finish(const char *step, int attempt, const char *outcome)
{
	sample_append(r, EVENT_ATTEMPT_FINISHED, mem_printf(owner,
	    "{'step': '%s', 'attempt': %d, 'outcome': '%s', 'ms': 5}", step,
	    attempt, outcome));
}

static void
run_look(int attempt, const char *outcome)
{
	const char *digest = sample_plan(r, "main/look", attempt, "R", "x");

	append_digest(EVENT_ATTEMPT_STARTED, "main/look", attempt, digest, "");
	finish("main/look", attempt, outcome);
}

static void
sign(const char *step, int attempt, const char *digest)
{
	append_digest(EVENT_SIGNED, step, attempt, digest, ", 'principal': "
	    "'ben', 'uid': 7, 'user': 'ben', 'strength': 'keystroke'");
}

static void
opening_gives_phases_and_steps(void **state)
{
	const struct run_state *s = r->state;

	(void)state;
	assert_string_equal(s->window, "w");
	assert_string_equal(s->operator_, "ana");
	assert_int_equal(s->phase_count, 2);
	assert_int_equal(s->step_count, 4);
	assert_true(s->phases[1].is_rollback);
	assert_ptr_equal(state_rollback_phase(s), &s->phases[1]);
	assert_int_equal(s->phases[1].first_step, 3);
	assert_string_equal(s->steps[2].id, "main/drop");
	assert_int_equal(s->steps[0].estimate_ms, 1000);
	assert_int_equal(s->steps[1].estimate_ms, -1);
	assert_int_equal(s->current, 0);
	assert_null(state_waits_for(s));
}

static void
a_step_that_is_done_makes_the_next_one_current(void **state)
{
	(void)state;
	run_look(1, "done");

	assert_int_equal(r->state->steps[0].status, STEP_DONE);
	assert_int_equal(r->state->current, 1);
}

static void
a_step_that_failed_stays_current_and_waits(void **state)
{
	(void)state;
	run_look(1, "failed");

	assert_int_equal(r->state->current, 0);
	assert_string_equal(state_waits_for(r->state), "failure");

	sample_append(r, EVENT_RETRIED,
	    "{'step': 'main/look', 'reason': 'again', 'principal': 'ana'}");
	assert_null(state_waits_for(r->state));
	run_look(2, "done");
	assert_int_equal(r->state->current, 1);
	assert_int_equal(r->state->steps[0].attempt_count, 2);
}

static void
a_failure_that_may_be_passed_over_is(void **state)
{
	const char *digest;

	(void)state;
	run_look(1, "done");
	digest = sample_plan(r, "main/add", 1, "A", "y");
	sign("main/add", 1, digest);
	append_digest(EVENT_ATTEMPT_STARTED, "main/add", 1, digest, "");
	finish("main/add", 1, "failed");

	assert_int_equal(r->state->steps[1].status, STEP_FAILED);
	assert_int_equal(r->state->current, 2);
}

static void
nothing_runs_without_a_signoff(void **state)
{
	const char *digest = sample_plan(r, "main/drop", 1, "B", "DROP");
	char *start = mem_printf(owner, "{'step': 'main/drop', 'attempt': 1, "
	    "'digest': '%s'}", digest);

	(void)state;
	sample_refuses(r, EVENT_ATTEMPT_STARTED, start, "without a sign-off");

	append_digest(EVENT_SIGNOFF_REQUESTED, "main/drop", 1, digest,
	    ", 'class': 'B', 'rule': {}");
	assert_string_equal(state_waits_for(r->state), "sign-off");
	sign("main/drop", 1, digest);
	append_digest(EVENT_SIGNOFF_VOIDED, "main/drop", 1, digest,
	    ", 'reason': 'text changed'");
	assert_true(r->state->steps[2].signs[0].is_void);
	sample_refuses(r, EVENT_ATTEMPT_STARTED, start, "without a sign-off");

	sign("main/drop", 1, digest);
	sample_append(r, EVENT_ATTEMPT_STARTED, start);
	assert_int_equal(r->state->steps[2].status, STEP_RUNNING);
}

static void
a_signoff_for_another_digest_is_refused(void **state)
{
	(void)state;
	sample_plan(r, "main/drop", 1, "B", "DROP");

	sample_refuses(r, EVENT_SIGNED, "{'step': 'main/drop', 'attempt': 1, "
	    "'digest': 'abc', 'principal': 'ben', 'uid': 7, 'user': 'ben', "
	    "'strength': 'keystroke'}", "another digest");
}

static void
a_refusal_leads_to_the_failure_menu(void **state)
{
	const char *digest = sample_plan(r, "main/drop", 1, "B", "DROP");

	(void)state;
	append_digest(EVENT_REFUSED, "main/drop", 1, digest, ", 'principal': "
	    "'ben', 'uid': 7, 'user': 'ben', 'reason': 'no backup'");

	assert_string_equal(state_waits_for(r->state), "failure");
	assert_string_equal(r->state->steps[2].signs[0].reason, "no backup");
}

static void
questions_and_answers_come_and_go(void **state)
{
	const char *digest = sample_plan(r, "main/look", 1, "R", "x");

	(void)state;
	append_digest(EVENT_ATTEMPT_STARTED, "main/look", 1, digest, "");
	sample_append(r, EVENT_ASKED, "{'step': 'main/look', 'attempt': 1, "
	    "'question': {'type': 'manual'}}");
	assert_string_equal(state_waits_for(r->state), "answer");
	sample_append(r, EVENT_ANSWERED, "{'step': 'main/look', 'attempt': 1, "
	    "'answer': {'ok': true}, 'principal': 'ana'}");
	assert_null(state_waits_for(r->state));
	sample_append(r, EVENT_ASKED, "{'step': 'main/look', 'attempt': 1, "
	    "'question': {'type': 'review'}}");
	assert_string_equal(state_waits_for(r->state), "decision");
	sample_append(r, EVENT_DECIDED, "{'step': 'main/look', 'item': 'i', "
	    "'truth': 'database', 'principal': 'ana'}");
	sample_append(r, EVENT_DECIDED, "{'step': 'main/look', 'item': 'i', "
	    "'truth': 'migrations', 'principal': 'ana'}");
	assert_string_equal(state_decision(r->state, "main/look", "i")->truth,
	    "migrations");
	assert_null(state_decision(r->state, "main/look", "j"));
}

static void
statements_are_kept_with_their_times(void **state)
{
	const char *digest = sample_plan(r, "main/look", 1, "R", "x");
	const struct attempt_state *a;

	(void)state;
	append_digest(EVENT_ATTEMPT_STARTED, "main/look", 1, digest, "");
	sample_append(r, EVENT_STATEMENT_STARTED, "{'step': 'main/look', "
	    "'attempt': 1, 'statement': 1, 'text': 'SELECT', 'class': 'R'}");
	sample_append(r, EVENT_STATEMENT_FINISHED, "{'step': 'main/look', "
	    "'attempt': 1, 'statement': 1, 'ms': 12, 'tag': 'SELECT 1'}");
	a = step_last_attempt(&r->state->steps[0]);

	assert_int_equal(a->statement_count, 1);
	assert_int_equal(a->statements[0].ms, 12);
	assert_string_equal(a->statements[0].tag, "SELECT 1");
	sample_refuses(r, EVENT_STATEMENT_FINISHED, "{'step': 'main/look', "
	    "'attempt': 1, 'statement': 1, 'ms': 12}", "without having begun");
}

static void
an_open_attempt_is_settled(void **state)
{
	const char *digest = sample_plan(r, "main/look", 1, "R", "x");

	(void)state;
	append_digest(EVENT_ATTEMPT_STARTED, "main/look", 1, digest, "");
	sample_append(r, EVENT_SETTLED, "{'step': 'main/look', 'attempt': 1, "
	    "'outcome': 'unknown', 'proof': 'p', 'query': 'SELECT 1'}");
	assert_string_equal(state_waits_for(r->state), "failure");
	sample_append(r, EVENT_SETTLED, "{'step': 'main/look', 'attempt': 1, "
	    "'outcome': 'not_done', 'proof': 'p'}");

	assert_int_equal(r->state->steps[0].status, STEP_PENDING);
	assert_int_equal(r->state->current, 0);
	run_look(2, "done");
	sample_refuses(r, EVENT_SETTLED, "{'step': 'main/look', 'attempt': 2, "
	    "'outcome': 'done', 'proof': 'p'}", "nothing about it was open");
}

static void
going_forward_leaves_out_and_going_back_does_again(void **state)
{
	(void)state;
	run_look(1, "done");
	sample_append(r, EVENT_WENT_TO,
	    "{'step': 'main/drop', 'reason': 'in a hurry'}");
	assert_int_equal(r->state->current, 2);
	assert_int_equal(r->state->steps[0].status, STEP_DONE);
	assert_int_equal(r->state->steps[1].status, STEP_SKIPPED);
	assert_string_equal(r->state->steps[1].skip_reason, "in a hurry");

	sample_append(r, EVENT_WENT_TO,
	    "{'step': 'main/look', 'reason': 'again'}");
	assert_int_equal(r->state->current, 0);
	assert_int_equal(r->state->steps[0].status, STEP_PENDING);
	assert_int_equal(r->state->steps[1].status, STEP_PENDING);
	assert_int_equal(r->state->steps[3].status, STEP_PENDING);
}

static void
rollback_is_entered_only_when_it_is_asked_for(void **state)
{
	(void)state;
	sample_append(r, EVENT_STEP_SKIPPED,
	    "{'step': 'main/look', 'reason': 'r'}");
	sample_append(r, EVENT_STEP_SKIPPED,
	    "{'step': 'main/add', 'reason': 'r'}");
	sample_append(r, EVENT_STEP_SKIPPED,
	    "{'step': 'main/drop', 'reason': 'r'}");
	assert_int_equal(r->state->current, r->state->step_count);

	sample_append(r, EVENT_ROLLBACK_STARTED,
	    "{'reason': 'bad', 'principal': 'ana'}");
	assert_int_equal(r->state->current, 3);
	assert_true(r->state->in_rollback);
}

static void
people_come_and_go_and_an_engine_takes_them_with_it(void **state)
{
	(void)state;
	sample_append(r, EVENT_ATTACHED, "{'uid': 1, 'user': 'ana', "
	    "'principal': 'ana', 'front': 'tui'}");
	sample_append(r, EVENT_ATTACHED, "{'uid': 2, 'user': 'ben', "
	    "'principal': 'ben', 'front': 'plain'}");
	sample_append(r, EVENT_DETACHED,
	    "{'uid': 1, 'user': 'ana', 'principal': 'ana'}");
	assert_int_equal(r->state->people_count, 1);
	assert_string_equal(r->state->people[0].principal, "ben");

	sample_append(r, EVENT_ENGINE_STARTED, "{'pid': 2, 'host': 'h'}");
	assert_int_equal(r->state->people_count, 0);
}

static void
live_events_are_folded_and_never_journaled(void **state)
{
	int64_t before = journal_count(r->journal);

	(void)state;
	run_live(r, EVENT_STATUS, sample_json("{'text': 'hello'}"));
	run_live(r, EVENT_PROGRESS, sample_json("{'step': 'main/look', "
	    "'attempt': 1, 'done': 3, 'total': 9, 'unit': 'rows'}"));
	run_live(r, EVENT_LOCKS, sample_json(
	    "{'step': 'main/look', 'report': {'a': 1}}"));
	run_live(r, EVENT_LOCKS, sample_json(
	    "{'step': 'main/look', 'report': {'a': 2}}"));

	assert_string_equal(r->state->status_text, "hello");
	assert_int_equal(r->state->steps[0].progress_done, 3);
	assert_int_equal(json_int(r->state->locks, "a", 0), 2);
	assert_int_equal(journal_count(r->journal), before);
}

static void
a_secret_never_reaches_journal_or_listeners(void **state)
{
	char *text;

	(void)state;
	assert_true(redactor_add(r->redactor, "PASSWORD", "hunter22"));
	sample_append(r, EVENT_NOTED,
	    "{'text': 'it is hunter22', 'principal': 'ana'}");

	text = slurp(owner, run_journal_path(owner, folder));
	assert_null(strstr(text, "hunter22"));
	assert_string_equal(r->state->notes[0].text,
	    "it is [secret PASSWORD]");
}

static void
the_state_loaded_from_disk_is_the_same(void **state)
{
	struct error err = { 0 };
	struct run_state *s;

	(void)state;
	run_look(1, "done");
	assert_ok(run_close(r, "abandoned", "enough", "ana", NULL, &err), &err);

	s = run_state_load(owner, folder, &err);

	assert_got(s, &err);
	assert_int_equal(s->last_seq, r->state->last_seq);
	assert_int_equal(s->last_us, r->state->last_us);
	assert_int_equal(s->current, 1);
	assert_true(s->is_closed);
	assert_string_equal(s->outcome, "abandoned");
	sample_refuses(r, EVENT_PAUSED, "{'principal': 'ana'}",
	    "after the run was closed");
}

/* Every event with every plausible field, at every place: no crash. */
static void
hostile_events_are_refused_and_change_nothing(void **state)
{
	static const char fields[] =
	    "{'step': 'main/look', 'attempt': %d, 'digest': 'x', 'class': 'B',"
	    "'run': 'r', 'window': 7, 'plan': [], 'operator': null, 'text': "
	    "'t', 'statement': -5, 'ms': -1, 'outcome': 'odd', 'proof': '',"
	    "'question': [], 'answer': null, 'item': '', 'truth': 'odd',"
	    "'count': -1, 'head': '', 'name': '../x', 'sha256': '', 'size': -1,"
	    "'target': '', 'environment': '', 'identity': 1, 'reason': '',"
	    "'principal': '', 'uid': -1, 'user': '', 'value': null}";
	int t, attempt;

	(void)state;
	for (t = 0; t < EVENT_COUNT; t++)
		for (attempt = -1; attempt < 3; attempt++) {
			json_t *all = sample_json(mem_printf(owner, fields,
			    attempt));
			struct event e = { .type = (enum event_type)t,
			    .seq = r->state->last_seq + 1 };
			struct error err = { 0 };
			const char *key;
			json_t *value;
			void *next;

			/* Only the fields that this event has. */
			json_object_foreach_safe(all, next, key, value) {
				json_t *one = json_pack("{s:O}", key, value);

				if (event_check(e.type, one, &err) != 0 &&
				    strstr(err.primary, "no field") != NULL)
					json_object_del(all, key);
				json_decref(one);
			}
			e.data = all;
			if (state_check(r->state, &e, &err) == 0)
				assert_ok(state_apply(r->state, &e, &err),
				    &err);
			else
				assert_error(state_apply(r->state, &e, &err),
				    &err, ERR_VERIFY);
			json_decref(all);
		}
}

static void
a_plan_that_makes_no_sense_is_refused(void **state)
{
	static const char *const plans[] = {
		"7", "{}", "{'phases': [7]}", "{'phases': [{'name': 'p'}]}",
		"{'phases': [{'name': 'p', 'steps': [{}]}]}",
		"{'phases': [{'name': 'p', 'steps': [{'id': 'p/a'}, "
		"{'id': 'p/a'}]}]}",
		"{'phases': [{'name': 'p', 'steps': [{'id': 'p/a', 'why': 7}]}]}",
		"{'phases': [{'name': 'b', 'is_rollback': true, 'steps': []},"
		" {'name': 'p', 'steps': []}]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		struct event e = { .type = EVENT_RUN_OPENED, .seq = 1 };
		struct run_state *s = state_new(owner);
		struct error err = { 0 };

		e.data = sample_opened();
		json_object_set_new(e.data, "plan", sample_json(plans[i]));
		assert_error(state_apply(s, &e, &err), &err, ERR_VERIFY);
		assert_null(s->opened);
		json_decref(e.data);
	}
}

#define test(name) cmocka_unit_test_setup_teardown(name, open_sample, \
	close_sample)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		test(opening_gives_phases_and_steps),
		test(a_step_that_is_done_makes_the_next_one_current),
		test(a_step_that_failed_stays_current_and_waits),
		test(a_failure_that_may_be_passed_over_is),
		test(nothing_runs_without_a_signoff),
		test(a_signoff_for_another_digest_is_refused),
		test(a_refusal_leads_to_the_failure_menu),
		test(questions_and_answers_come_and_go),
		test(statements_are_kept_with_their_times),
		test(an_open_attempt_is_settled),
		test(going_forward_leaves_out_and_going_back_does_again),
		test(rollback_is_entered_only_when_it_is_asked_for),
		test(people_come_and_go_and_an_engine_takes_them_with_it),
		test(live_events_are_folded_and_never_journaled),
		test(a_secret_never_reaches_journal_or_listeners),
		test(the_state_loaded_from_disk_is_the_same),
		test(hostile_events_are_refused_and_change_nothing),
		test(a_plan_that_makes_no_sense_is_refused),
	};

	return test_main(tests, NULL, NULL);
}

/* run/prospect.c - how long what is left will take (run/prospect.h). */

#include <string.h>

#include "base/json.h"
#include "run/prospect.h"

static int64_t
took_ms(const struct attempt_state *a)
{
	return a->outcome != NULL && strcmp(a->outcome, "done") == 0 ?
	    (a->finished_us - a->started_us) / 1000 : -1;
}

/* The text's hash, once it is known. */
static const char *
text_of(const struct attempt_state *a)
{
	return a != NULL ? json_str(a->shown, "sha256") : NULL;
}

int64_t
step_rehearsed_ms(const struct run_state *s, const struct step_state *step)
{
	const char *text = text_of(step_last_attempt(step));
	int64_t ms = -1;
	size_t i, j;

	for (i = 0; text != NULL && i < s->step_count; i++) {
		const struct step_state *other = &s->steps[i];

		if (other == step || strcmp(other->kind, step->kind) != 0)
			continue;
		for (j = 0; j < other->attempt_count; j++) {
			const struct attempt_state *a = &other->attempts[j];
			const char *same = text_of(a);

			if (same != NULL && strcmp(same, text) == 0 &&
			    took_ms(a) >= 0)
				ms = took_ms(a);
		}
	}
	return ms;
}

/* A restore takes as long as the one did that the backup was tried with. */
static int64_t
restore_ms(const struct run_state *s)
{
	int64_t ms = -1;
	size_t i;

	for (i = 0; i < s->step_count; i++) {
		const struct attempt_state *a = step_last_attempt(&s->steps[i]);

		if (a != NULL && strcmp(s->steps[i].kind, "restore") == 0 &&
		    took_ms(a) >= 0)
			ms = took_ms(a);
	}
	return ms;
}

int64_t
step_expected_ms(const struct run_state *s, const struct step_state *step)
{
	int64_t ms = step_rehearsed_ms(s, step);

	if (ms < 0 && strcmp(step->kind, "restore") == 0 &&
	    s->phases[step->phase].is_rollback)
		ms = restore_ms(s);
	return ms >= 0 ? ms : step->estimate_ms;
}

const struct statement_state *
statement_rehearsed(const struct run_state *s, const struct step_state *step,
    const char *text)
{
	const struct statement_state *found = NULL;
	size_t i, j, k;

	for (i = 0; i < s->step_count; i++)
		for (j = 0; j < s->steps[i].attempt_count; j++) {
			const struct attempt_state *a =
			    &s->steps[i].attempts[j];

			if (&s->steps[i] == step || took_ms(a) < 0)
				continue;
			for (k = 0; k < a->statement_count; k++)
				if (strcmp(a->statements[k].text, text) == 0)
					found = &a->statements[k];
		}
	return found;
}

/* What is still to come of a step. */
static int64_t
left_of(const struct run_state *s, const struct step_state *step,
    int64_t now_us)
{
	int64_t expected = step_expected_ms(s, step), ran = 0;

	if (expected < 0 || step->status == STEP_DONE ||
	    step->status == STEP_SKIPPED)
		return 0;
	if (step->status == STEP_RUNNING)
		ran = (now_us - step_last_attempt(step)->started_us) / 1000;
	return ran <= 0 ? expected : ran < expected ? expected - ran : 0;
}

bool
state_prospect(const struct run_state *s, int64_t now_us, struct prospect *p)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	if (s->end_us == 0)
		return false;
	p->left_ms = (s->end_us - now_us) / 1000;
	for (i = 0; i < s->step_count; i++) {
		const struct step_state *step = &s->steps[i];
		bool is_back = s->phases[step->phase].is_rollback;

		if (is_back == s->in_rollback)
			p->remaining_ms += left_of(s, step, now_us);
		else if (is_back)
			p->rollback_ms += left_of(s, step, now_us);
	}
	p->slack_ms = p->left_ms - p->remaining_ms - p->rollback_ms;
	return true;
}

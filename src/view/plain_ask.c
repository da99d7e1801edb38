/* view/plain_ask.c - what the linear front end asks (view/plain_private.h). */

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "run/decision.h"
#include "view/plain_private.h"
#include "view/view.h"
#include "view/words.h"

static void
later(struct plain *p, const char *text)
{
	(void)text;
	plain_menu(p);
	plain_say(p, "Nothing was done; it waits.  w asks again.");
}

/* ---- with a reason ---------------------------------------------------------------- */

static void
reason_given(struct plain *p, const char *text)
{
	json_t *fields = json_pack("{s:o}", "reason",
	    json_text(text, strlen(text)));

	if (*text == '\0') {
		json_decref(fields);
		later(p, text);
		return;
	}
	if (p->reason_for != NULL)
		json_object_set_new(fields, "step", json_string(p->reason_for));
	if (p->reason_type == INTENT_REFUSE)
		json_object_set_new(fields, "digest", json_string(
		    step_last_attempt(plain_step(p))->digest));
	plain_send(p, p->reason_type, fields);
}

static void
ask_reason(struct plain *p, enum intent_type t, const char *step)
{
	talloc_free(p->reason_for);
	p->reason_for = mem_strdup(p, step);
	p->reason_type = t;
	plain_line(p, "Because (an empty line: no):", reason_given);
}

/* ---- sign-off ------------------------------------------------------------------------ */

static void
send_sign(struct plain *p, const char *typed)
{
	const struct step_state *step = plain_step(p);
	json_t *fields = json_pack("{s:s, s:s}", "step", step->id, "digest",
	    step_last_attempt(step)->digest);

	if (typed != NULL)
		json_object_set_new(fields, "typed", json_string(typed));
	plain_send(p, INTENT_SIGN, fields);
}

static void
name_given(struct plain *p, const char *text)
{
	const struct step_state *step = plain_step(p);

	if (step == NULL || step->rule == NULL) {
		plain_say(p, "This no longer waits for a sign-off.");
	} else if (!str_equal(text, json_str_or(step->rule, "type_this", text)) ||
	    *text == '\0') {
		plain_say(p, "Not signed: that is not the database's name.");
		later(p, text);
	} else {
		send_sign(p, text);
	}
}

static void
sign(struct plain *p, const char *text)
{
	const struct step_state *step = plain_step(p);

	(void)text;
	if (str_equal(json_str_or(step->rule, "ceremony",
	    str_equal(step->class_, "B") ? "typed" : "key"), "typed"))
		plain_line(p, "To run it, type the database's name:", name_given);
	else
		send_sign(p, NULL);
}

static void
refuse(struct plain *p, const char *text)
{
	(void)text;
	ask_reason(p, INTENT_REFUSE, plain_step(p)->id);
}

static void
tell_statements(struct plain *p, const json_t *list)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *st = json_array_get(list, i);

		plain_say(p, "  Statement %zu of %zu, class %s: %s", i + 1,
		    json_array_size(list), json_str_or(st, "class", "?"),
		    json_str_or(st, "reason", ""));
		plain_block(p, json_str(st, "text"));
		if (json_str(st, "lock") != NULL)
			plain_say(p, "    lock: %s", json_str(st, "lock"));
		if (json_str(st, "cost") != NULL)
			plain_say(p, "    cost: %s", json_str(st, "cost"));
	}
}

static void
ask_signoff(struct plain *p, const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);
	const json_t *shown = t->shown, *lines = json_object_get(shown, "lines");
	const json_t *target = json_object_get(shown, "target");
	char *title = step_title(p, p->state, step);
	char *from = json_words(title, json_object_get(step->rule, "from"));
	size_t i;

	plain_say(p, "SIGN-OFF NEEDED, class %s: %s", step->class_, title);
	if (json_is_object(target))
		plain_say(p, "  On: environment %s, database %s on %s, role %s",
		    json_str_or(target, "environment", "?"),
		    json_str_or(target, "database", "?"),
		    json_str_or(target, "host", "?"),
		    json_str_or(target, "role", "?"));
	for (i = 0; i < json_array_size(lines); i++)
		plain_say(p, "  Costs: %s",
		    json_string_value(json_array_get(lines, i)));
	tell_statements(p, json_object_get(shown, "statements"));
	if (json_array_size(json_object_get(shown, "statements")) == 0)
		plain_block(p, json_str(shown, "text"));
	plain_say(p, "  Way back: %s", json_str_or(shown, "undo",
	    step->rollback != NULL ? step->rollback : "none is known"));
	plain_say(p, "  To be signed by %s, %" PRId64 " needed; digest %s",
	    from != NULL ? from : "anyone here",
	    json_int(step->rule, "min", 1), t->digest);
	talloc_free(title);
	plain_choice(p, "sign", sign);
	plain_choice(p, "refuse", refuse);
	plain_choice(p, "not now", later);
}

/* ---- answers -------------------------------------------------------------------------- */

static const json_t *
question(struct plain *p)
{
	const struct step_state *step = plain_step(p);
	const struct attempt_state *t = step != NULL ?
	    step_last_attempt(step) : NULL;

	return t != NULL ? t->question : NULL;
}

static void ask_field(struct plain *p);

static void
send_answer(struct plain *p)
{
	json_t *answer = p->answer;

	p->answer = NULL;
	plain_send(p, INTENT_ANSWER, json_pack("{s:s, s:o}", "step",
	    plain_step(p)->id, "answer", answer));
}

static void
field_given(struct plain *p, const char *text)
{
	const json_t *f = json_array_get(json_object_get(question(p), "fields"),
	    p->field);
	const char *pattern = json_str(f, "pattern");

	if (*text == '\0') {
		later(p, text);
		return;
	}
	if (pattern != NULL && !str_matches(text, pattern)) {
		plain_say(p, "\"%s\" does not match %s.", text, pattern);
		ask_field(p);
		return;
	}
	json_object_set_new(json_object_get(p->answer, "fields"),
	    json_str_or(f, "name", ""), json_text(text, strlen(text)));
	p->field++;
	ask_field(p);
}

static void
ask_field(struct plain *p)
{
	const json_t *f = json_array_get(json_object_get(question(p), "fields"),
	    p->field);

	if (f == NULL) {
		send_answer(p);
		return;
	}
	plain_line(p, json_str_or(f, "prompt", json_str_or(f, "name", "?")),
	    field_given);
}

/* All items are done; the fields follow. */
static void
tick_all(struct plain *p, const char *text)
{
	json_t *items = json_array();
	size_t i, n = json_array_size(json_object_get(question(p), "items"));

	(void)text;
	for (i = 0; i < n; i++)
		json_array_append_new(items, json_true());
	json_decref(p->answer);
	p->answer = json_pack("{s:o, s:{}}", "items", items, "fields");
	p->field = 0;
	ask_field(p);
}

static void
choose(struct plain *p, const char *text)
{
	const json_t *options = json_object_get(question(p), "options");
	size_t n = strtoul(text, NULL, 10);

	json_decref(p->answer);
	p->answer = json_pack("{s:s}", "key", json_str_or(
	    json_array_get(options, n - 1), "key", ""));
	send_answer(p);
}

static void
ask_answer(struct plain *p, const struct step_state *step)
{
	const json_t *q = question(p);
	const json_t *items = json_object_get(q, "items");
	const json_t *options = json_object_get(q, "options");
	char *title = step_title(p, p->state, step);
	size_t i;

	plain_say(p, "ANSWER NEEDED: %s", title);
	talloc_free(title);
	plain_block(p, json_str(q, "text"));
	for (i = 0; i < json_array_size(items); i++)
		plain_say(p, "  To do: %s",
		    json_string_value(json_array_get(items, i)));
	for (i = 0; i < json_array_size(options) && i < CHOICES_MAX - 1; i++)
		plain_choice(p, json_str_or(json_array_get(options, i), "text",
		    "?"), choose);
	if (json_array_size(options) == 0)
		plain_choice(p, "all of it is done", tick_all);
	plain_choice(p, "not now", later);
}

/* ---- drift items ------------------------------------------------------------------------ */

static void
decide(struct plain *p, const char *truth, const char *field, const char *text)
{
	json_t *fields = json_pack("{s:s, s:s, s:s}", "step", plain_step(p)->id,
	    "item", p->item, "truth", truth);

	if (field != NULL)
		json_object_set_new(fields, field,
		    json_text(text, strlen(text)));
	/* The next question comes when the decision is journaled. */
	plain_send(p, INTENT_DECIDE, fields);
}

static void
migrations_right(struct plain *p, const char *text)
{
	(void)text;
	decide(p, "migrations", NULL, NULL);
}

static void
database_right(struct plain *p, const char *text)
{
	(void)text;
	decide(p, "database", NULL, NULL);
}

static void
scope_reason(struct plain *p, const char *text)
{
	if (*text == '\0')
		later(p, text);
	else
		decide(p, "out_of_scope", "reason", text);
}

static void
out_of_scope(struct plain *p, const char *text)
{
	(void)text;
	plain_line(p, "Out of scope, because (an empty line: no):",
	    scope_reason);
}

static void
item_refusal(struct plain *p, const char *text)
{
	if (*text == '\0')
		later(p, text);
	else
		decide(p, "refused", "reason", text);
}

static void
refuse_item(struct plain *p, const char *text)
{
	(void)text;
	plain_line(p, "Refused, because (an empty line: no):", item_refusal);
}

static void
delegate_to(struct plain *p, const char *text)
{
	if (*text == '\0')
		later(p, text);
	else
		decide(p, "delegated", "to", text);
}

static void
delegate(struct plain *p, const char *text)
{
	(void)text;
	plain_line(p, "Delegated to (an empty line: no):", delegate_to);
}

static void
all_safe(struct plain *p, const char *text)
{
	(void)text;
	plain_send(p, INTENT_DECIDE_ALL, json_pack("{s:s, s:s}", "step",
	    plain_step(p)->id, "truth", "migrations"));
}

static void
finish(struct plain *p, const char *text)
{
	(void)text;
	plain_send(p, INTENT_FINISH_REVIEW, json_pack("{s:s}", "step",
	    plain_step(p)->id));
}

/* Has he had his word on it, or is it somebody else's? */
static bool
is_settled(const struct plain *p, const struct item_state *is,
    const json_t *item)
{
	const struct run_state *s = p->state;
	const char *step = plain_step((struct plain *)(uintptr_t)p)->id;
	size_t i;

	if (is->is_decided || is->refusal != NULL ||
	    str_equal(json_str(item, "class"), "C"))
		return true;
	if (is->delegation != NULL)
		return !str_equal(is->delegation->to, p->principal);
	for (i = 0; i < s->decision_count; i++)
		if (str_equal(s->decisions[i].step, step) &&
		    str_equal(s->decisions[i].item, json_str(item, "id")) &&
		    str_equal(s->decisions[i].principal, p->principal))
			return true;
	return false;
}

static void
say_open_items(struct plain *p)
{
	size_t open = state_undecided(p->state, plain_step(p));

	if (open == 0)
		plain_say(p, "All drift items are decided.");
	else
		plain_say(p, "%zu drift items are refused, unsigned, or wait "
		    "for somebody else.", open);
	plain_choice(p, "finish the review", finish);
	plain_choice(p, "not now", later);
}

static void
ask_item(struct plain *p)
{
	const struct step_state *step = plain_step(p);
	const json_t *items = json_object_get(question(p), "items"), *item;
	const json_t *figures;
	size_t i, j, count = json_array_size(items);
	struct item_state is;

	for (i = 0; i < count; i++) {
		item = json_array_get(items, i);
		state_item(p->state, step, item, &is);
		if (!is_settled(p, &is, item))
			break;
	}
	if (i == count) {
		say_open_items(p);
		return;
	}
	talloc_free(p->item);
	p->item = mem_strdup(p, json_str_or(item, "id", ""));
	plain_say(p, "DECISION NEEDED, item %zu of %zu, class %s: %s %s", i + 1,
	    count, json_str_or(item, "class", "?"),
	    json_str_or(item, "change", ""), json_str_or(item, "key", ""));
	figures = json_object_get(item, "figures");
	for (j = 0; j < json_array_size(figures); j++)
		plain_say(p, "  %s",
		    json_string_value(json_array_get(figures, j)));
	plain_block(p, json_str(item, "forward_sql"));
	plain_choice(p, "the migrations are right", migrations_right);
	plain_choice(p, "the database is right", database_right);
	plain_choice(p, "out of scope", out_of_scope);
	plain_choice(p, "refuse it, with a reason", refuse_item);
	plain_choice(p, "delegate it", delegate);
	if (str_equal(json_str(item, "class"), "A"))
		plain_choice(p, "the migrations are right in all of class A",
		    all_safe);
	plain_choice(p, "not now", later);
}

/* ---- the rest ------------------------------------------------------------------------------ */

static void
start(struct plain *p, const char *text)
{
	(void)text;
	plain_send(p, INTENT_START, json_object());
}

static void
go_on(struct plain *p, const char *text)
{
	(void)text;
	plain_send(p, INTENT_RESUME, json_object());
}

static void
extension_reason(struct plain *p, const char *text)
{
	if (*text == '\0') {
		later(p, text);
		return;
	}
	plain_send(p, INTENT_EXTEND, json_pack("{s:s, s:o}", "end", p->item,
	    "reason", json_text(text, strlen(text))));
}

static void
extension_end(struct plain *p, const char *text)
{
	struct error err;

	error_clear(&err);
	talloc_free(p->item);
	p->item = *text == '\0' ? NULL : window_end_parse(p, text, p->state,
	    clock_now_us(), &err);
	if (p->item != NULL) {
		plain_line(p, "Because (an empty line: no):", extension_reason);
		return;
	}
	if (*text != '\0')
		plain_say(p, "%s", err.primary);
	later(p, text);
}

static void
extend(struct plain *p, const char *text)
{
	(void)text;
	plain_line(p, "The window's new end (+30m, or a time; an empty line: no):",
	    extension_end);
}

static void
retry(struct plain *p, const char *text)
{
	(void)text;
	plain_send(p, INTENT_RETRY, json_pack("{s:s}", "step",
	    plain_step(p)->id));
}

static void
skip(struct plain *p, const char *text)
{
	(void)text;
	ask_reason(p, INTENT_SKIP, plain_step(p)->id);
}

static void
roll_back(struct plain *p, const char *text)
{
	(void)text;
	ask_reason(p, INTENT_ROLLBACK, NULL);
}

static void
stop(struct plain *p, const char *text)
{
	(void)text;
	ask_reason(p, INTENT_STOP, NULL);
}

static void
ask_failure(struct plain *p, const struct step_state *step)
{
	const struct attempt_state *t = step_last_attempt(step);
	const json_t *e = step_last_error(step);
	char *title = step_title(p, p->state, step);

	plain_say(p, "%s: %s: %s", step->status == STEP_UNKNOWN ?
	    "OUTCOME UNKNOWN" : step->status == STEP_CANCELLED ? "CANCELLED" :
	    "FAILED", title, json_str_or(e, "primary", "no reason was told"));
	talloc_free(title);
	plain_block(p, json_str(e, "detail"));
	plain_block(p, t != NULL ? t->proof : NULL);
	plain_block(p, t != NULL ? t->query : NULL);
	plain_choice(p, "retry", retry);
	plain_choice(p, "skip it, with a reason", skip);
	if (state_rollback_phase(p->state) != NULL)
		plain_choice(p, "roll back", roll_back);
	plain_choice(p, "stop here; the run can be resumed", stop);
	plain_choice(p, "not now", later);
}

void
plain_ask(struct plain *p, const char *needs)
{
	const struct step_state *step = plain_step(p);

	plain_menu(p);
	if (str_equal(needs, "start")) {
		plain_say(p, "READY to start.");
		plain_choice(p, "start", start);
		plain_choice(p, "not now", later);
	} else if (str_equal(needs, "resume")) {
		plain_say(p, "PAUSED.");
		plain_choice(p, "go on", go_on);
		plain_choice(p, "not now", later);
	} else if (step == NULL) {
		return;
	} else if (str_equal(needs, "extension")) {
		char *words = extension_words(p, step);

		plain_say(p, "HELD, it no longer fits into the window: %s",
		    words);
		talloc_free(words);
		plain_choice(p, "extend the window, with a reason", extend);
		plain_choice(p, "skip it, with a reason", skip);
		if (state_rollback_phase(p->state) != NULL)
			plain_choice(p, "roll back", roll_back);
		plain_choice(p, "not now", later);
	} else if (str_equal(needs, "sign-off")) {
		ask_signoff(p, step);
	} else if (str_equal(needs, "decision")) {
		ask_item(p);
	} else if (str_equal(needs, "answer")) {
		ask_answer(p, step);
	} else {
		ask_failure(p, step);
	}
	plain_show_menu(p);
}

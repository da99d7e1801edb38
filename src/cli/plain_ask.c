/* cli/plain_ask.c - the front end without a screen: what it asks. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/plain.h"
#include "cli/shown.h"
#include "view/words.h"

static struct step_state *
current(struct plain *p)
{
	struct run_state *s = plain_state(p);

	return s->current < s->step_count ? &s->steps[s->current] : NULL;
}

/* {"step": id} and, where a person gave one, {"reason": text}. */
static json_t *
of_step(const struct step_state *st)
{
	return json_pack("{s:s}", "step", st->id);
}

/* Asks for a reason; false: none was given. */
static bool
add_reason(struct plain *p, json_t *fields)
{
	const char *line = plain_line(p, "reason: ");

	if (line == NULL || line[0] == '\0') {
		printf("without a reason nothing is done\n");
		json_decref(fields);
		return false;
	}
	json_object_set_new(fields, "reason", json_text(line, strlen(line)));
	return true;
}

/* ---- sign-off -------------------------------------------------------- */

static void
sign(struct plain *p)
{
	const struct step_state *st = current(p);
	const struct attempt_state *a = step_last_attempt(st);
	bool typed = str_equal(json_str(st->rule, "ceremony"), "typed");
	json_t *fields = json_pack("{s:s, s:s}", "step", st->id, "digest",
	    a->digest);
	const char *line;

	if (typed && !isatty(STDIN_FILENO)) {
		printf("this sign-off wants a person at a terminal\n");
		json_decref(fields);
		return;
	}
	if (typed) {
		line = plain_line(p, "to sign, type the database's name: ");
		if (!str_equal(line, json_str(st->rule, "type_this"))) {
			printf("not signed\n");
			json_decref(fields);
			return;
		}
		json_object_set_new(fields, "typed", json_string(line));
	}
	plain_send(p, INTENT_SIGN, fields);
}

static void
refuse(struct plain *p)
{
	const struct step_state *st = current(p);
	json_t *fields = json_pack("{s:s, s:s}", "step", st->id, "digest",
	    step_last_attempt(st)->digest);

	if (add_reason(p, fields))
		plain_send(p, INTENT_REFUSE, fields);
}

/* ---- answers --------------------------------------------------------- */

static void
answer(struct plain *p, json_t *value)
{
	plain_send(p, INTENT_ANSWER, json_pack("{s:s, s:o}", "step",
	    current(p)->id, "answer", value));
}

/* Each item is ticked for itself; each field filled in. */
static void
fill_in(struct plain *p, const json_t *question)
{
	json_t *ticks = json_array(), *fields = json_object(), *each;
	size_t i;

	json_array_foreach(json_object_get(question, "items"), i, each) {
		const char *line;

		shown_print_text("", json_string_value(each));
		line = plain_line(p, "  1 done, 2 not done: ");
		json_array_append_new(ticks, json_boolean(str_equal(line, "1")));
	}
	json_array_foreach(json_object_get(question, "fields"), i, each) {
		char *label = mem_printf(NULL, "%s: ", json_str_or(each,
		    "prompt", json_str_or(each, "name", "")));
		const char *line = plain_line(p, label);

		if (line != NULL)
			json_object_set_new(fields, json_str_or(each, "name", ""),
			    json_text(line, strlen(line)));
		talloc_free(label);
	}
	answer(p, json_pack("{s:o, s:o}", "items", ticks, "fields", fields));
}

static bool
choose_option(struct plain *p, const json_t *question, int number)
{
	const json_t *options = json_object_get(question, "options");
	const json_t *option = number < 1 ? NULL :
	    json_array_get(options, (size_t)number - 1);

	if (option == NULL)
		return false;
	answer(p, json_pack("{s:s}", "key", json_str_or(option, "key", "")));
	return true;
}

/* ---- drift items ----------------------------------------------------- */

static const json_t *
next_item(struct plain *p)
{
	const struct step_state *st = current(p);
	const json_t *question = step_last_attempt(st)->question, *item;
	size_t i;

	json_array_foreach(json_object_get(question, "items"), i, item)
		if (state_decision(plain_state(p), st->id,
		    json_str_or(item, "id", "")) == NULL)
			return item;
	return NULL;
}

static void
print_item(const json_t *item)
{
	const json_t *each;
	size_t i;

	printf("class %s, %s ", json_str_or(item, "class", "?"),
	    json_str_or(item, "kind", ""));
	shown_print_text("", json_str_or(item, "title", ""));
	json_array_foreach(json_object_get(item, "attributes"), i, each) {
		shown_print_text("  ", json_str_or(each, "name", ""));
		shown_print_text("    expected: ", json_str_or(each, "expected", "-"));
		shown_print_text("    actual:   ", json_str_or(each, "actual", "-"));
	}
	json_array_foreach(json_object_get(item, "reasons"), i, each)
		shown_print_text("  reason: ", json_string_value(each));
	json_array_foreach(json_object_get(item, "figures"), i, each)
		shown_print_text("  data: ", json_string_value(each));
	shown_print_text("  sql: ", json_str_or(item, "forward_sql", ""));
}

static bool
decide(struct plain *p, int number)
{
	static const char *const truths[] = { "migrations", "database",
	    "out_of_scope" };
	const json_t *item = next_item(p);

	if (item == NULL && number == 1) {
		plain_send(p, INTENT_FINISH_REVIEW, of_step(current(p)));
		return true;
	}
	if (item == NULL || number < 1 || number > (int)COUNT_OF(truths))
		return false;
	plain_send(p, INTENT_DECIDE, json_pack("{s:s, s:s, s:s}", "step",
	    current(p)->id, "item", json_str_or(item, "id", ""), "truth",
	    truths[number - 1]));
	return true;
}

/* ---- failure --------------------------------------------------------- */

static const struct {
	const char	*text;
	enum intent_type intent;
	bool		 has_step, wants_reason, wants_other;
} ways[] = {
	{ "retry", INTENT_RETRY, true, false, false },
	{ "skip, with a reason", INTENT_SKIP, true, true, false },
	{ "go to a step", INTENT_GOTO, false, true, true },
	{ "roll back", INTENT_ROLLBACK, false, true, false },
	{ "stop here; the run can be resumed", INTENT_STOP, false, true, false },
	{ "abandon the run", INTENT_ABANDON, false, true, false },
};

static bool
take_way(struct plain *p, int number)
{
	json_t *fields;
	const char *line;

	if (number < 1 || number > (int)COUNT_OF(ways))
		return false;
	fields = ways[number - 1].has_step ? of_step(current(p)) : json_object();
	if (ways[number - 1].wants_other) {
		line = plain_line(p, "step: ");
		json_object_set_new(fields, "step",
		    json_string(line != NULL ? line : ""));
	}
	if (!ways[number - 1].wants_reason || add_reason(p, fields))
		plain_send(p, ways[number - 1].intent, fields);
	return true;
}

static void
print_failure(const struct step_state *st)
{
	const struct attempt_state *a = step_last_attempt(st);
	const json_t *error = a != NULL ? a->error : NULL;

	printf("%s: %s\n", st->id, step_status_word(st->status));
	if (error != NULL) {
		shown_print_text("  ", json_str_or(error, "primary", ""));
		shown_print_text("  detail: ", json_str_or(error, "detail", "-"));
		shown_print_text("  hint: ", json_str_or(error, "hint", "-"));
	}
	if (a != NULL && a->proof != NULL)
		shown_print_text("  known by: ", a->proof);
	if (a != NULL && a->query != NULL)
		shown_print_text("  ask for yourself: ", a->query);
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		printf("  %zu %s\n", i + 1, ways[i].text);
}

/* ---- all of them ----------------------------------------------------- */

static void
print_question(const struct step_state *st)
{
	const json_t *question = step_last_attempt(st)->question, *option;
	size_t i;

	if (st->why != NULL)
		shown_print_text("  ", st->why);
	if (str_equal(json_str(question, "type"), "manual")) {
		printf("  1 answer it now\n");
		return;
	}
	shown_print_text("  ", json_str_or(question, "text", ""));
	json_array_foreach(json_object_get(question, "options"), i, option)
		printf("  %zu %s\n", i + 1, json_str_or(option, "text", ""));
}

void
plain_prompt(struct plain *p, const char *waits)
{
	const struct step_state *st = current(p);

	printf("\n");
	if (strcmp(waits, "start") == 0) {
		printf("The run has not begun.\n  1 start it\n");
	} else if (strcmp(waits, "resume") == 0) {
		printf("The run is paused.\n  1 go on\n");
	} else if (strcmp(waits, "sign-off") == 0) {
		shown_print(st, step_last_attempt(st));
		printf("  1 sign\n  2 refuse\n");
	} else if (strcmp(waits, "answer") == 0) {
		printf("%s\n", st->name);
		print_question(st);
	} else if (strcmp(waits, "decision") == 0) {
		const json_t *item = next_item(p);

		if (item != NULL) {
			print_item(item);
			printf("  1 the migrations are right\n"
			    "  2 the database is right\n"
			    "  3 out of scope\n");
		} else {
			printf("All items are decided.\n  1 finish the review\n");
		}
	} else if (strcmp(waits, "failure") == 0) {
		print_failure(st);
	}
	printf("choice: ");
}

static bool
choose_sign(struct plain *p, int number)
{
	if (number == 1)
		sign(p);
	else if (number == 2)
		refuse(p);
	return number == 1 || number == 2;
}

static bool
choose_answer(struct plain *p, int number)
{
	const json_t *question = step_last_attempt(current(p))->question;

	if (!str_equal(json_str(question, "type"), "manual"))
		return choose_option(p, question, number);
	if (number == 1)
		fill_in(p, question);
	return number == 1;
}

bool
plain_choose(struct plain *p, const char *waits, int number)
{
	if (strcmp(waits, "sign-off") == 0)
		return choose_sign(p, number);
	if (strcmp(waits, "answer") == 0)
		return choose_answer(p, number);
	if (strcmp(waits, "decision") == 0)
		return decide(p, number);
	if (strcmp(waits, "failure") == 0)
		return take_way(p, number);
	if (number != 1)
		return false;
	plain_send(p, strcmp(waits, "start") == 0 ? INTENT_START : INTENT_RESUME,
	    json_object());
	return true;
}

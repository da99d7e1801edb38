/* cli/approve.c - "pgrunbook approve": sign or refuse without a screen. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/link.h"
#include "cli/terminal.h"
#include "run/folder.h"

static bool
waits_for_sign(const struct step_state *st)
{
	return st->status == STEP_WAITING && st->rule != NULL &&
	    st->attempt_count > 0;
}

/* By its whole id or what is behind the phase; null name: the one that waits. */
static struct step_state *
find_step(struct run_state *s, const char *name, struct error *err)
{
	for (size_t i = 0; i < s->step_count; i++) {
		struct step_state *st = &s->steps[i];
		const char *slash = strchr(st->id, '/');

		if (name != NULL && !str_equal(st->id, name) &&
		    (slash == NULL || !str_equal(slash + 1, name)))
			continue;
		if (waits_for_sign(st))
			return st;
		if (name != NULL) {
			error_set(err, ERR_POLICY,
			    "step \"%s\" does not wait for a sign-off", st->id);
			error_detail(err, "it is %s", step_status_word(st->status));
			return NULL;
		}
	}
	if (name != NULL)
		error_set(err, ERR_NOT_FOUND, "the run has no step \"%s\"", name);
	else
		error_set(err, ERR_NOT_FOUND, "nothing waits for a sign-off");
	return NULL;
}

static void
print_text(const char *indent, const char *text)
{
	char *clean = str_printable(NULL, text, strlen(text), true);

	for (char *line = clean, *next; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		printf("%s%s\n", indent, line);
	}
	talloc_free(clean);
}

static void
print_statements(const json_t *statements)
{
	const json_t *st;
	size_t i;

	json_array_foreach(statements, i, st) {
		printf("  %zu. class %s: %s\n", i + 1,
		    json_str_or(st, "class", "?"), json_str_or(st, "reason", ""));
		print_text("     ", json_str_or(st, "text", ""));
		if (json_str(st, "lock") != NULL)
			printf("     takes %s\n", json_str(st, "lock"));
		if (json_str(st, "cost") != NULL)
			printf("     %s\n", json_str(st, "cost"));
	}
}

/* All that is signed for, worst first, as the screen shows it. */
static void
print_shown(const struct step_state *st, const struct attempt_state *a)
{
	const json_t *lines = json_object_get(a->shown, "lines"), *line;
	size_t i;

	printf("%s  (%s, class %s, attempt %d)\n", st->name, st->id, st->class_,
	    a->number);
	json_array_foreach(lines, i, line)
		print_text("  ", json_string_value(line));
	print_statements(json_object_get(a->shown, "statements"));
	if (json_array_size(json_object_get(a->shown, "statements")) == 0)
		print_text("  ", json_str_or(a->shown, "text", ""));
	if (json_str(a->shown, "undo") != NULL) {
		printf("Way back:\n");
		print_text("  ", json_str(a->shown, "undo"));
	}
	printf("Digest: %s\n", a->digest);
}

/* The ceremony; null: not signed. */
static json_t *
confirm(struct call *c, const struct step_state *st,
    const struct attempt_state *a)
{
	const char *wanted = json_str(st->rule, "type_this");
	bool is_typed = str_equal(json_str(st->rule, "ceremony"), "typed");
	char *typed;
	json_t *fields;

	if (!is_typed || wanted == NULL)
		wanted = "sign";
	typed = terminal_ask(c, is_typed ?
	    "\nTo sign, type the database's name: " : "\nTo sign, type \"sign\": ");
	if (!str_equal(typed, wanted))
		return NULL;
	fields = json_pack("{s:s, s:s, s:s*}", "step", st->id, "digest",
	    a->digest, "note", c->options.note);
	if (is_typed)
		json_object_set_new(fields, "typed", json_string(typed));
	return fields;
}

static int
refuse(struct call *c, struct link *k, const struct step_state *st,
    const struct attempt_state *a)
{
	char *id = mem_strdup(c, st->id);
	struct error err;

	error_clear(&err);
	if (link_ask(k, INTENT_REFUSE, json_pack("{s:s, s:s, s:s}", "step", st->id,
	    "digest", a->digest, "reason", c->options.reason), &err) != 0)
		return command_fail(&err);
	printf("refused: %s\n", id);
	return EXIT_DONE;
}

static int
sign(struct call *c, struct link *k, const struct step_state *st,
    const struct attempt_state *a)
{
	char *id = mem_strdup(c, st->id);
	struct error err;
	json_t *fields;

	error_clear(&err);
	if (!terminal_is_there()) {
		error_set(&err, ERR_WAITING, "a sign-off wants a person at a terminal");
		error_hint(&err, "prepared sign-offs are given to \"run\" with "
		    "--approvals");
		return command_fail(&err);
	}
	fields = confirm(c, st, a);
	if (fields == NULL) {
		printf("not signed\n");
		return EXIT_WAITING;
	}
	if (link_ask(k, INTENT_SIGN, fields, &err) != 0)
		return command_fail(&err);
	printf("signed: %s\n", id);
	return EXIT_DONE;
}

int
command_approve(struct call *c)
{
	const char *step = c->arg_count > 1 ? c->args[1] : NULL;
	const struct attempt_state *a;
	struct step_state *st;
	struct error err;
	struct link *k;
	char *folder;

	error_clear(&err);
	if (c->options.refuse && c->options.reason == NULL)
		return command_usage(c, "--refuse wants --reason");
	folder = run_folder_find(c, runs_folder(c, c->options.runs), c->args[0],
	    &err);
	k = folder == NULL ? NULL : link_open(c, folder, c->options.as, &err);
	st = k == NULL ? NULL : find_step(link_state(k), step, &err);
	if (st == NULL)
		return command_fail(&err);
	a = step_last_attempt(st);
	print_shown(st, a);
	return c->options.refuse ? refuse(c, k, st, a) : sign(c, k, st, a);
}

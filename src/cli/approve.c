/* cli/approve.c - "pgrunbook approve": sign or refuse without a screen. */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/link.h"
#include "cli/shown.h"
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
cli_approve(struct call *c)
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
	shown_print(st, a);
	return c->options.refuse ? refuse(c, k, st, a) : sign(c, k, st, a);
}

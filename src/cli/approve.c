/* cli/approve.c - "pgrunbook approve": sign or refuse without a screen. */

#include <stdio.h>
#include <string.h>

#include "approval/evidence.h"
#include "approval/request.h"
#include "approval/statement.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/desk.h"
#include "cli/link.h"
#include "cli/shown.h"
#include "cli/terminal.h"
#include "engine/launch.h"
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

/* Said on the command line: by somebody who has looked before. */
static json_t *
confirmed(struct call *c, const struct attempt_state *a, struct error *err)
{
	if (statement_key(c, c->options.key) == NULL)
		error_set(err, ERR_USAGE,
		    "without a terminal a sign-off wants an ssh key");
	else if (!str_equal(c->options.digest, a->digest))
		error_set(err, ERR_POLICY, "the digest is not that of what "
		    "would run: %s", a->digest);
	else
		return json_pack("{s:s*}", "typed", c->options.type);
	return NULL;
}

/* The ceremony; null: not signed. */
static json_t *
ask(struct call *c, const struct step_state *st, struct error *err)
{
	const char *wanted = json_str(st->rule, "type_this");
	bool is_typed = str_equal(json_str(st->rule, "ceremony"), "typed");
	char *typed;

	if (!terminal_is_there()) {
		error_set(err, ERR_WAITING,
		    "a sign-off wants a person at a terminal");
		error_hint(err, "prepared sign-offs are given to \"run\" with "
		    "--approvals; with --key and --digest none is needed");
		return NULL;
	}
	if (c->options.break_glass)
		printf("\nThis breaks the glass: you let it go alone, and "
		    "everybody will see that.\n");
	if (!is_typed || wanted == NULL)
		wanted = "sign";
	typed = terminal_ask(c, is_typed ?
	    "\nTo sign, type the database's name: " : "\nTo sign, type \"sign\": ");
	if (str_equal(typed, wanted))
		return json_pack("{s:s*}", "typed", is_typed ? typed : NULL);
	error_set(err, ERR_WAITING, "not signed");
	return NULL;
}

/* To be written down: who has it can tell later whether this is the journal. */
static void
say_head(struct link *k)
{
	char code[20];

	evidence_code(state_head(link_state(k)), code);
	printf("the journal's head: %s\n", code);
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
	bool is_alone = c->options.break_glass;
	char *id = mem_strdup(c, st->id);
	struct error err;
	json_t *fields;

	error_clear(&err);
	fields = c->options.digest != NULL ? confirmed(c, a, &err) :
	    ask(c, st, &err);
	if (fields == NULL)
		return command_fail(&err);
	json_object_set_new(fields, "step", json_string(st->id));
	json_object_set_new(fields, "digest", json_string(a->digest));
	if (is_alone)
		json_object_set_new(fields, "break_glass", json_true());
	if (is_alone || c->options.note != NULL)
		json_object_set_new(fields, "note", json_string(is_alone ?
		    c->options.reason : c->options.note));
	if (link_ask(k, INTENT_SIGN, fields, &err) != 0)
		return command_fail(&err);
	printf("signed: %s\n", id);
	say_head(k);
	return EXIT_DONE;
}

/* ---- what needs no link ------------------------------------------------ */

/* The step's last attempt, whether it waits or not. */
static const struct attempt_state *
find_attempt(struct run_state *s, const char *name, struct error *err)
{
	for (size_t i = 0; i < s->step_count; i++) {
		const struct step_state *st = &s->steps[i];
		const char *slash = strchr(st->id, '/');

		if (name != NULL ? str_equal(st->id, name) || (slash != NULL &&
		    str_equal(slash + 1, name)) : waits_for_sign(st)) {
			if (st->attempt_count > 0)
				return step_last_attempt(st);
			break;
		}
	}
	error_set(err, ERR_NOT_FOUND, name != NULL ? "the run has nothing "
	    "planned of step \"%s\"" : "nothing waits for a sign-off", name);
	return NULL;
}

/* The bytes that the digest is of, and no more: sha256sum gives the digest. */
static int
show(struct call *c, const char *folder, const char *step)
{
	struct error err;
	struct run_state *s;
	const struct attempt_state *a;
	char *text;

	error_clear(&err);
	s = run_state_load(c, folder, &err);
	a = s == NULL ? NULL : find_attempt(s, step, &err);
	if (a == NULL)
		return command_fail(&err);
	text = json_stable(c, a->shown);
	fwrite(text, 1, strlen(text), stdout);
	return EXIT_DONE;
}

/* No engine lives: what lies in the run's folder is looked at when one does. */
static int
leave(struct call *c, const char *folder, const char *text, struct error *err)
{
	char *approvals = path_join(c, folder, "approvals");
	char hex[SHA256_HEX_SIZE], *path;

	sha256_of(text, strlen(text), hex);
	path = mem_printf(c, "%s/%.16s.approval", approvals, hex);
	if (file_make_folder(approvals, 0700, err) != 0 ||
	    file_write_atomic(path, text, strlen(text), 0600, err) != 0)
		return -1;
	printf("left for the run's engine, which does not live now:\n  %s\n",
	    path);
	return 0;
}

static int
import_file(struct call *c, const char *folder)
{
	const char *path = c->options.import;
	struct statement s;
	struct error err;
	struct link *k;
	char *text;
	size_t size;

	error_clear(&err);
	if (file_read(c, path, APPROVAL_MAX, &text, &size, &err) != 0 ||
	    statement_from_file(c, text, size, &s, &err) != 0) {
		error_context(&err, "\"%s\"", path);
		return command_fail(&err);
	}
	if (!engine_lives(folder))
		return leave(c, folder, text, &err) == 0 ? EXIT_DONE :
		    command_fail(&err);
	k = link_open(c, folder, c->options.as, &err);
	if (k == NULL || link_ask(k, INTENT_APPROVE, json_pack("{s:s, s:s}",
	    "statement", s.text, "signature", s.signature), &err) != 0)
		return command_fail(&err);
	printf("%s by %s: %s\n", s.act == ACT_REFUSE ? "refused" :
	    s.act == ACT_DECIDE ? "decided" : "signed",
	    s.principal, s.step);
	say_head(k);
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
	struct desk *d = NULL;
	char *folder;
	int code;

	error_clear(&err);
	if (c->options.refuse && c->options.reason == NULL)
		return command_usage(c, "--refuse wants --reason");
	if (c->options.break_glass && c->options.reason == NULL)
		return command_usage(c, "--break-glass wants --reason");
	if (request_is(c->args[0])) {
		d = desk_open(c, c->args[0], &err);
		folder = d != NULL ? mem_strdup(c, desk_folder(d)) : NULL;
	} else {
		folder = run_folder_find(c, runs_folder(c, c->options.runs),
		    c->args[0], &err);
	}
	if (folder != NULL && c->options.show)
		return show(c, folder, step);
	if (folder != NULL && c->options.import != NULL)
		return import_file(c, folder);
	k = folder == NULL ? NULL : link_open(c, folder, c->options.as, &err);
	if (k != NULL)
		link_sign_with(k, statement_key(c, c->options.key),
		    c->options.as);
	st = k == NULL ? NULL : find_step(link_state(k), step, &err);
	if (st == NULL)
		return command_fail(&err);
	a = step_last_attempt(st);
	if (d != NULL)
		desk_say_sender(d);
	shown_print(st, a);
	code = c->options.refuse ? refuse(c, k, st, a) : sign(c, k, st, a);
	if (d != NULL)
		desk_say_written(d);
	return code;
}

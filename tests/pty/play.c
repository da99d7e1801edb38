/*
 * tests/pty/play.c - a front end on a terminal, and behind it an engine that
 * only journals what it is told.
 *
 * usage: play serve FOLDER       an engine, until it is killed
 *        play tui FOLDER         the ncurses front end
 *        play plain FOLDER       the linear one
 *        play picker RUNS FOLDER the picker; prints what was chosen
 *
 * The run: one phase, "look" (R) done, "drop" (B) waits for a sign-off by
 * the name of the database, shop.  Once it is signed the run is closed.
 */

#include "harness/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"
#include "run/sample.h"
#include "tui/tui.h"
#include "view/plain.h"
#include "wire/server.h"
#include "wire/socket.h"

static struct run *r;
static bool is_over;

static void
append(enum event_type t, json_t *data)
{
	struct error err = { 0 };

	if (run_append(r, t, data, &err) != 0) {
		fprintf(stderr, "play: %s\n", err.primary);
		_exit(1);
	}
}

/* ---- the engine -------------------------------------------------------------------- */

static void
begin_run(void)
{
	const char *digest;

	append(EVENT_RUN_OPENED, sample_opened());
	append(EVENT_ENGINE_STARTED, sample_json("{'pid': 1, 'host': 'h'}"));
	append(EVENT_TARGET_PINNED, sample_json("{'target': 'shop',"
	    " 'environment': 'production', 'identity': {'database': 'shop',"
	    " 'host': 'db-1', 'role': 'owner', 'version': '15.8',"
	    " 'system_identifier': '7'}}"));
	append(EVENT_RUN_STARTED, sample_json("{'principal': 'ana'}"));
	append(EVENT_STEP_SKIPPED, sample_json("{'step': 'main/look',"
	    " 'reason': 'seen'}"));
	append(EVENT_STEP_SKIPPED, sample_json("{'step': 'main/add',"
	    " 'reason': 'seen'}"));
	digest = sample_plan(r, "main/drop", 1, "B", "DROP TABLE orders");
	append(EVENT_SIGNOFF_REQUESTED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:o}", "step", "main/drop", "attempt", 1,
	    "class", "B", "digest", digest, "rule",
	    sample_json("{'min': 1, 'ceremony': 'typed', 'type_this': 'shop'}")));
}

static int
on_intent(void *arg, const struct wire_peer *p, enum intent_type t,
    const json_t *data, struct error *err)
{
	json_t *fields;

	(void)arg;
	if (t == INTENT_NOTE) {
		append(EVENT_NOTED, json_pack("{s:s, s:s}", "text",
		    json_str(data, "text"), "principal", p->principal));
		return 0;
	}
	if (t != INTENT_SIGN && t != INTENT_REFUSE)
		return error_set(err, ERR_POLICY, "not in this play");
	fields = json_pack("{s:s, s:i, s:s, s:s, s:i, s:s}", "step",
	    json_str(data, "step"), "attempt", 1, "digest",
	    json_str(data, "digest"), "principal", p->principal, "uid",
	    (int)p->uid, "user", p->user);
	if (t == INTENT_REFUSE) {
		json_object_set(fields, "reason", json_object_get(data,
		    "reason"));
		append(EVENT_REFUSED, fields);
		return 0;
	}
	json_object_set_new(fields, "strength", json_string("keystroke"));
	append(EVENT_SIGNED, fields);
	is_over = true;
	return 0;
}

static void
on_attach(void *arg, const struct wire_peer *p)
{
	(void)arg;
	append(EVENT_ATTACHED, json_pack("{s:i, s:s, s:s, s:s}", "uid",
	    (int)p->uid, "user", p->user, "principal", p->principal, "front",
	    p->front));
}

static void
on_detach(void *arg, const struct wire_peer *p)
{
	(void)arg;
	append(EVENT_DETACHED, json_pack("{s:i, s:s, s:s}", "uid", (int)p->uid,
	    "user", p->user, "principal", p->principal));
}

static int
serve(const char *folder)
{
	struct wire_handler handler = { on_intent, on_attach, on_detach, NULL };
	struct loop *l = loop_new(NULL);
	struct journal_torn torn;
	struct error err = { 0 };
	struct wire_server *server;

	r = run_open(NULL, folder, &torn, &err);
	if (r == NULL)
		return 1;
	if (journal_count(r->journal) == 0)
		begin_run();
	else
		append(EVENT_ENGINE_STARTED, sample_json("{'pid': 2,"
		    " 'host': 'h'}"));
	server = wire_server_new(l, l, r, &handler, &err);
	if (server == NULL)
		return 1;
	loop_sleep(l, 60000, &is_over);
	if (is_over && run_close(r, "done", NULL, NULL, NULL, &err) != 0)
		return 1;
	loop_sleep(l, 60000, NULL);
	return 0;
}

/* ---- front ends ------------------------------------------------------------------------ */

/* Its pid is kept in FOLDER/engine.pid, for whoever must end it. */
static void
start_engine(const char *folder)
{
	char *socket_path = run_socket_path(NULL, folder);
	struct error err = { 0 };
	char *pid;
	int i, fd = -1;
	pid_t child;

	unlink(socket_path);
	child = fork();
	if (child == 0) {
		setsid();
		if (freopen("/dev/null", "r", stdin) == NULL ||
		    freopen("/dev/null", "w", stdout) == NULL)
			_exit(1);
		_exit(serve(folder));
	}
	pid = mem_printf(socket_path, "%d\n", (int)child);
	if (file_write_atomic(mem_printf(socket_path, "%s/engine.pid", folder),
	    pid, strlen(pid), 0600, &err) != 0)
		fprintf(stderr, "play: %s\n", err.primary);
	/* The socket is a file before it listens: an answer is waited for. */
	for (i = 0; i < 1000 && (fd = wire_socket_connect(folder, &err)) < 0; i++)
		usleep(10000);
	if (fd >= 0)
		close(fd);
	talloc_free(socket_path);
}

static int
resume(void *arg, const char *folder, struct error *err)
{
	(void)arg;
	(void)err;
	start_engine(folder);
	return 0;
}

static int
pick(const char *runs, const char *folder)
{
	const char *folders[] = { folder, NULL };
	static const char *const words[] = {
		"quit", "open", "attach", "lint", "edit", "plan",
	};
	struct tui_options options = { .theme = NULL };
	void *owner = talloc_new(NULL);
	struct tui_choice choice;
	struct error err = { 0 };

	if (tui_picker(owner, runs, folders, "ana", &options, &choice, &err) != 0)
		return 1;
	printf("chosen: %s %s\n", words[choice.wish],
	    choice.path != NULL ? choice.path : "");
	talloc_free(owner);
	return 0;
}

int
main(int argc, char **argv)
{
	struct tui_options options = { .resume = resume };
	struct plain_options plain = { .in = 0, .resume = resume };
	struct error err = { 0 };
	char *socket_path;
	int code;

	if (argc == 4 && str_equal(argv[1], "picker"))
		return pick(argv[2], argv[3]);
	if (argc != 3)
		return 2;
	if (str_equal(argv[1], "serve"))
		return serve(argv[2]);
	plain.out = stdout;
	socket_path = run_socket_path(NULL, argv[2]);
	if (access(socket_path, F_OK) != 0)
		start_engine(argv[2]);
	talloc_free(socket_path);
	code = str_equal(argv[1], "tui") ?
	    tui_run(argv[2], "ana", &options, &err) :
	    plain_run(argv[2], "ana", &plain, &err);
	if (code < 0)
		error_print(stderr, "play", &err);
	else
		printf("left with %d\n", code);
	return code < 0 ? 99 : code;
}

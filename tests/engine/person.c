/* tests/engine/person.c - people at a run. */

#include "harness/test.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "approval/evidence.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/launch.h"
#include "engine/person.h"
#include "harness/cluster.h"
#include "run/folder.h"

void *owner;
char *db, *runs, *folder;
const char *person_share;

int
person_begin(void **state)
{
	(void)state;
	owner = talloc_new(NULL);
	db = cluster_new_db(owner);
	runs = temp_folder(owner);
	folder = NULL;
	setenv("TEST_URL", cluster_url(owner, db), 1);
	setenv("PGRUNBOOK_ENGINE", mem_printf(owner, "%s/pgrunbook-engine",
	    test_builddir()), 1);
	return 0;
}

static void
heard_reply(void *arg, int64_t id, const struct error *err)
{
	struct front *f = arg;

	f->replies = id;
	error_clear(&f->reply);
	if (err != NULL)
		f->reply = *err;
}

struct front *
attach(const char *principal)
{
	struct front *f = NEW(owner, struct front);
	struct wire_listener listener = { .on_reply = heard_reply, .arg = f };
	struct error err = { 0 };

	f->client = wire_client_connect(f, folder, "plain", principal,
	    &listener, &err);
	assert_got(f->client, &err);
	return f;
}

struct run_state *
state_of(struct front *f)
{
	return wire_client_state(f->client);
}

void
show_and_fail(struct front *f, const char *condition, int line)
{
	const char *waits = state_waits_for(state_of(f));

	print_message("%d: did not come: %s\nwaits for %s, current %zu, %s\n"
	    "%s\n", line, condition, waits != NULL ? waits : "nothing",
	    state_of(f)->current, state_of(f)->status_text != NULL ?
	    state_of(f)->status_text : "", f->why.primary);
	print_message("%s\n", slurp(owner, path_join(owner, folder,
	    "engine.log")));
	fail();
}

void
listen_on(struct front *f)
{
	struct pollfd readable = { wire_client_fd(f->client), POLLIN, 0 };

	if (poll(&readable, 1, f->is_gone ? 1 : 100) > 0 && !f->is_gone &&
	    wire_client_read(f->client, &f->why) != 0)
		f->is_gone = true;
}

bool
waits_for(struct front *f, const char *what)
{
	return str_equal(state_waits_for(state_of(f)), what);
}

/* Ask for something; ERR_NONE: it was done.  fields: with ' for ". */
enum error_code
ask(struct front *f, enum intent_type t, const char *fields)
{
	char *text = mem_strdup(owner, fields), *p;
	struct error err = { 0 };
	json_t *json = NULL;

	for (p = text; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	assert_ok(json_parse(text, strlen(text), &json, &err), &err);
	return ask_json(f, t, json);
}

enum error_code
ask_json(struct front *f, enum intent_type t, json_t *fields)
{
	struct error err = { 0 };
	int64_t id;

	assert_ok(wire_client_send(f->client, t, fields, &id, &err), &err);
	until(f, f->replies == id || f->is_gone);
	return f->reply.code;
}

void
done(struct front *f, enum intent_type t, const char *fields)
{
	if (ask(f, t, fields) != ERR_NONE) {
		print_message("%s: %s\n", intent_name(t), f->reply.primary);
		fail();
	}
}

const struct step_state *
step(struct front *f, const char *id)
{
	return state_step(state_of(f), id);
}

char *
digest_of(struct front *f, const char *id)
{
	return mem_strdup(owner, step_last_attempt(step(f, id))->digest);
}

struct front *
start_run(const char *steps)
{
	return start_run_in(temp_folder(owner), "", steps);
}

struct front *
start_run_in(const char *beside, const char *setting, const char *steps)
{
	return start_window_in(beside, mem_printf(owner, "pgrunbook: 1\n"
	    "name: book\ntitle: A book\ntargets:\n  shop: {url: "
	    "\"env:TEST_URL\", environment: shared}\n%starget: shop\n"
	    "steps:\n%s", setting, steps));
}

struct front *
start_window_in(const char *beside, const char *text)
{
	char *file = temp_file(owner, beside, "book.yaml", text);
	struct engine_options o = { .file = file, .principal = "ana",
		.share = person_share };
	struct error err = { 0 };
	struct front *f;

	o.folder = folder = run_folder_create(owner, runs, "book", &err);
	assert_got(folder, &err);
	assert_ok(engine_launch(&o, &err), &err);
	assert_true(engine_lives(folder));
	f = attach("ana");
	until(f, waits_for(f, "start"));
	done(f, INTENT_START, "{}");
	return f;
}

void
resume(void)
{
	struct engine_options o = { .folder = folder, .principal = "ana" };
	struct error err = { 0 };

	assert_ok(engine_launch(&o, &err), &err);
}

int
engine_pid(void)
{
	const char *at = slurp(owner, path_join(owner, folder,
	    "journal.jsonl")), *next;

	while ((next = strstr(at + 1, "\"engine_started\"")) != NULL)
		at = next;
	/* Keys are sorted: the data stand before the type. */
	while (strncmp(at, "\"pid\":", 6) != 0)
		at--;
	return atoi(at + 6);
}

int
person_end(void **state)
{
	struct wire_listener nothing = { 0 };
	struct front *f;
	struct error err = { 0 };

	(void)state;
	/* What a failed test, or one that did not wait, has left. */
	f = NEW(owner, struct front);
	if (folder != NULL)
		f->client = wire_client_connect(f, folder, "plain", NULL,
		    &nothing, &err);
	if (f->client != NULL && wire_client_send(f->client, INTENT_STOP,
	    json_pack("{s:s}", "reason", "the test ends"), NULL, &err) == 0)
		until(f, f->is_gone);
	talloc_free(owner);
	return 0;
}

void
holds(void)
{
	struct evidence result;
	struct error err = { 0 };

	assert_ok(evidence_verify(folder, NULL, 0, &result, &err), &err);
}

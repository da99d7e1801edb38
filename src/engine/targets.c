/*
 * engine/targets.c - where targets are, that they are the right ones, and
 * that nobody else runs on them.
 *
 * Each target that can be reached has a session which holds the run's lock;
 * intents that concern other sessions go through it, too.  A target that
 * steps use must be there from the start: a name with a slip in it is found
 * then, and not in the middle of a window.  (What a step makes is reached by
 * the "database" key of the steps after it.)
 */

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/options.h"
#include "engine/private.h"
#include "postgres/identity.h"
#include "postgres/outcome.h"
#include "postgres/pooler.h"

struct engine_target *
engine_target(struct engine *e, const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < e->target_count; i++)
		if (strcmp(e->targets[i].name, name) == 0)
			return &e->targets[i];
	return NULL;
}

const struct pg_target *
engine_target_url(void *arg, const char *name, struct error *err)
{
	struct engine_target *t = engine_target(arg, name);

	if (t == NULL)
		error_set(err, ERR_RUNBOOK, "there is no target \"%s\"", name);
	else if (t->url == NULL && err != NULL)
		*err = t->why;
	return t != NULL ? t->url : NULL;
}

static bool
is_used(struct engine *e, const char *name)
{
	size_t i;

	for (i = 0; i < e->step_count; i++)
		if (str_equal(e->steps[i]->target, name))
			return true;
	return false;
}

/* The URL as given; *source says by what.  Null: not to be had. */
static const char *
find_url(struct engine_target *t, const json_t *given)
{
	const char *url = json_str(given, t->name), *model = t->model->url;

	if (url != NULL) {
		t->source = "option";
		return url;
	}
	t->source = model != NULL ? model : "option";
	if (model != NULL && str_starts(model, "env:"))
		url = getenv(model + 4);
	else if (model != NULL && str_starts(model, "service:"))
		url = mem_printf(t->model, "service=%s", model + 8);
	else if (model != NULL && strcmp(model, "prompt") != 0)
		url = model;
	if (url != NULL && *url != '\0')
		return url;
	if (model != NULL && str_starts(model, "env:"))
		error_set(&t->why, ERR_CONNECT, "target \"%s\" has no URL: "
		    "variable %s is not set", t->name, model + 4);
	else
		error_set(&t->why, ERR_CONNECT, "target \"%s\" has no URL",
		    t->name);
	error_hint(&t->why, "give it with --target %s=URL", t->name);
	return NULL;
}

static void
keep_secret(struct engine *e, const struct engine_target *t, const char *url)
{
	const char *name = str_starts(t->source, "env:") ? t->source + 4 :
	    t->name;

	if (t->url->password == NULL)
		return;
	redactor_add(e->run->redactor, name, t->url->password);
	redactor_add(e->run->redactor, name, url);
}

/* The options' and the environment's URLs by name.  New reference. */
static json_t *
given_urls(struct engine *e, struct error *err)
{
	const char *const *option = e->options->targets;
	const char *handed = getenv(ENGINE_TARGETS_VARIABLE);
	json_t *given = NULL;

	if (handed == NULL ||
	    json_parse(handed, strlen(handed), &given, NULL) != 0 ||
	    !json_is_object(given)) {
		json_decref(given);
		given = memory_check(json_object());
	}
	/* Commands of the run have no business with it. */
	unsetenv(ENGINE_TARGETS_VARIABLE);
	for (; option != NULL && *option != NULL; option++) {
		const char *equals = strchr(*option, '=');
		char *name;

		if (equals == NULL) {
			error_set(err, ERR_USAGE,
			    "\"%s\" is not NAME=URL", *option);
			json_decref(given);
			return NULL;
		}
		name = mem_strndup(NULL, *option, (size_t)(equals - *option));
		json_object_set_new(given, name, json_string(equals + 1));
		talloc_free(name);
	}
	return given;
}

static int
check_names(struct engine *e, json_t *given, struct error *err)
{
	const char *name;
	json_t *url;

	json_object_foreach(given, name, url)
		if (engine_target(e, name) == NULL)
			return error_set(err, ERR_USAGE,
			    "the window has no target \"%s\"", name);
	return 0;
}

int
engine_targets_resolve(struct engine *e, struct error *err)
{
	const struct window *w = e->window;
	json_t *given = given_urls(e, err);
	int rc = 0;
	size_t i;

	if (given == NULL)
		return -1;
	e->targets = NEW_ARRAY(e, struct engine_target, w->target_count);
	e->target_count = w->target_count;
	for (i = 0; i < w->target_count; i++) {
		e->targets[i].model = &w->targets[i];
		e->targets[i].name = w->targets[i].name;
		e->targets[i].environment = w->targets[i].environment;
		e->targets[i].is_used = is_used(e, w->targets[i].name);
	}
	rc = check_names(e, given, err);
	for (i = 0; i < w->target_count && rc == 0; i++) {
		struct engine_target *t = &e->targets[i];
		const char *url = find_url(t, given);

		if (url != NULL) {
			t->url = pg_target_parse(e, url, &t->why);
			if (t->url != NULL)
				keep_secret(e, t, url);
			else
				error_context(&t->why, "target \"%s\"",
				    t->name);
		}
		if (t->url == NULL && t->is_used) {
			*err = t->why;
			rc = -1;
		}
	}
	json_decref(given);
	return rc;
}

/*
 * What the database says of itself wins over the file; where it says that it
 * is more than the file thinks, the URL is probably wrong.
 */
static int
check_environment(struct engine_target *t, const char *own, struct error *err)
{
	int said = *own != '\0' ? environment_parse(own) : -1;

	if (*own == '\0')
		return 0;
	if (said < 0)
		return error_set(err, ERR_IDENTITY, "the database of target "
		    "\"%s\" calls itself \"%s\", which is no environment",
		    t->name, own);
	if (said >= (int)ENV_SHARED && said > (int)t->model->environment) {
		error_set(err, ERR_IDENTITY, "target \"%s\" is said to be %s, "
		    "and its database says that it is %s", t->name,
		    environment_name(t->model->environment), own);
		error_hint(err, "look at the URL; if it is right, correct "
		    "\"environment\" in the runbook");
		return -1;
	}
	t->environment = (enum environment)said;
	return 0;
}

static const json_t *
pinned_identity(struct engine *e, const char *name)
{
	const struct run_state *s = e->run->state;
	size_t i;

	for (i = 0; i < s->target_count; i++)
		if (strcmp(s->targets[i].name, name) == 0)
			return s->targets[i].identity;
	return NULL;
}

static int
examine(struct engine *e, struct engine_target *t, struct pg_session *s,
    struct error *err)
{
	const json_t *pinned = pinned_identity(e, t->name);
	struct pg_identity *id = pg_identity_read(s, s, err);

	if (id == NULL ||
	    pg_need_session(e->loop, s, "the run's lock", err) != 0 ||
	    check_environment(t, id->environment, err) != 0)
		return -1;
	if (pinned != NULL && pg_identity_compare(pinned, id, err) != 0)
		return -1;
	if (pg_run_lock(s, path_name(e->run->folder), err) != 0)
		return -1;
	t->identity = json_owned(e, pg_identity_json(id));
	return 0;
}

static int
connect_to(struct engine *e, struct engine_target *t, struct error *err)
{
	struct pg_options options = { .application_name = "pgrunbook lock" };
	struct pg_session *s = pg_open(e, e->loop, t->url, &options, err);

	if (s == NULL || examine(e, t, s, err) != 0) {
		talloc_free(s);
		return error_context(err, "target \"%s\"", t->name);
	}
	t->lock = s;
	return 0;
}

int
engine_targets_connect(struct engine *e, struct error *err)
{
	size_t i;

	for (i = 0; i < e->target_count; i++) {
		struct engine_target *t = &e->targets[i];

		if (t->url == NULL || connect_to(e, t, err) == 0)
			continue;
		if (t->is_used)
			return -1;
		t->why = *err;
	}
	error_clear(err);
	return 0;
}

static int
journal_one(struct engine *e, struct engine_target *t)
{
	if (t->identity == NULL || pinned_identity(e, t->name) != NULL)
		return 0;
	return engine_append(e, EVENT_TARGET_PINNED, json_pack(
	    "{s:s, s:s, s:O, s:s*}", "target", t->name, "environment",
	    environment_name(t->environment), "identity", t->identity,
	    "note", t->url->note));
}

int
engine_targets_journal(struct engine *e)
{
	size_t i;

	for (i = 0; i < e->target_count; i++)
		if (journal_one(e, &e->targets[i]) != 0)
			return -1;
	return 0;
}

void
engine_targets_anchor(struct engine *e)
{
	const struct run_state *s = e->run->state;
	struct error err = { 0 };
	size_t i;

	for (i = 0; i < e->target_count; i++) {
		struct pg_session *lock = e->targets[i].lock;

		/* What cannot be written there is missed by who looks there. */
		if (lock != NULL && pg_alive(lock) && outcome_anchor(lock,
		    s->run, s->last_seq, s->head, &err) != 0)
			error_print(stderr, "pgrunbook-engine", &err);
	}
}

int
engine_target_ready(struct engine *e, const struct step *step,
    struct error *err)
{
	struct engine_target *t = engine_target(e, step->target);

	if (t == NULL || (t->lock != NULL && pg_alive(t->lock)))
		return 0;
	if (t->url == NULL) {
		*err = t->why;
		return -1;
	}
	talloc_free(t->lock);
	t->lock = NULL;
	if (connect_to(e, t, err) != 0)
		return -1;
	error_clear(err);
	if (journal_one(e, t) == 0)
		return 0;
	*err = e->fatal;
	return -1;
}

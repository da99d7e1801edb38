/*
 * engine/notify.c - a command of the person's own, when somebody is needed,
 * when a step has failed, and at the end.
 *
 * It gets facts by its environment and nothing else of ours: no URL, no
 * variable of an env file.  What goes by at once (a sign-off that was
 * prepared) calls nobody.  It delays nothing but, briefly, the engine's end.
 */

#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"

#define SETTLED_MS	500	/* so long it must be so, to be told */
#define PATIENCE_MS	10000	/* with the command, at the end */
#define CHILDREN_MAX	8	/* at once: more are not called */

struct notifier {
	struct engine	*e;
	const char	*command;
	struct loop_timer *timer;
	char		*told;		/* what was told last */
	struct child	*children[CHILDREN_MAX];
};

/* "needs-you", "failed", "done"; null: nothing to tell. */
static const char *
event_of(const struct run_state *s)
{
	const char *waits = state_waits_for(s);

	if (s->is_closed)
		return str_equal(s->outcome, "done") ? "done" : "failed";
	if (waits == NULL)
		return NULL;
	return str_equal(waits, "failure") ? "failed" : "needs-you";
}

static const struct step_state *
step_of(const struct run_state *s)
{
	return s->current < s->step_count ? &s->steps[s->current] : NULL;
}

/* The same thing is told once. */
static char *
key_of(const void *owner, const struct run_state *s)
{
	const struct step_state *step = step_of(s);
	const char *event = event_of(s), *waits = state_waits_for(s);

	return mem_printf(owner, "%s %s %s %zu", event != NULL ? event : "",
	    waits != NULL ? waits : "", step != NULL && !s->is_closed ?
	    step->id : "", step != NULL ? step->attempt_count : 0);
}

static const char **
facts(const void *owner, const struct run_state *s, const char *folder)
{
	static const char *const kept[] = { "PATH", "HOME", "LANG", "TZ" };
	const struct step_state *step = step_of(s);
	const char *waits = state_waits_for(s);
	const char **env = NEW_ARRAY(owner, const char *, 16);
	size_t n = 0, i;

	for (i = 0; i < COUNT_OF(kept); i++)
		if (getenv(kept[i]) != NULL)
			env[n++] = mem_printf(env, "%s=%s", kept[i],
			    getenv(kept[i]));
	env[n++] = mem_printf(env, "PGRUNBOOK_EVENT=%s", event_of(s));
	env[n++] = mem_printf(env, "PGRUNBOOK_RUN=%s", s->run);
	env[n++] = mem_printf(env, "PGRUNBOOK_FOLDER=%s", folder);
	env[n++] = mem_printf(env, "PGRUNBOOK_WINDOW=%s", s->title);
	env[n++] = mem_printf(env, "PGRUNBOOK_OPERATOR=%s", s->operator_);
	if (waits != NULL)
		env[n++] = mem_printf(env, "PGRUNBOOK_WAITS_FOR=%s", waits);
	if (step != NULL && !s->is_closed) {
		env[n++] = mem_printf(env, "PGRUNBOOK_STEP=%s", step->id);
		env[n++] = mem_printf(env, "PGRUNBOOK_CLASS=%s",
		    step->class_ != NULL ? step->class_ : "");
	}
	if (s->is_closed)
		env[n++] = mem_printf(env, "PGRUNBOOK_OUTCOME=%s", s->outcome);
	return env;
}

static void
call(struct notifier *n)
{
	const char *argv[] = { "/bin/sh", "-c", n->command, NULL };
	struct child_spec spec = { .argv = argv };
	struct error err = { 0 };
	size_t i;

	for (i = 0; i < CHILDREN_MAX; i++) {
		if (n->children[i] != NULL && child_ended(n->children[i]))
			TALLOC_FREE(n->children[i]);
		if (n->children[i] == NULL)
			break;
	}
	if (i == CHILDREN_MAX)
		return;
	spec.env = (const char *const *)facts(n, n->e->run->state,
	    n->e->run->folder);
	n->children[i] = child_start(n, n->e->loop, &spec, &err);
	if (n->children[i] == NULL)
		error_print(stderr, "pgrunbook-engine", &err);
	talloc_free((void *)(uintptr_t)spec.env);
}

static void
look(void *arg)
{
	struct notifier *n = arg;
	const struct run_state *s = n->e->run->state;
	char *key = key_of(n, s);

	TALLOC_FREE(n->timer);
	if (event_of(s) != NULL && !str_equal(key, n->told))
		call(n);
	talloc_free(n->told);
	n->told = key;
}

static void
on_event(void *arg, const struct event *e)
{
	struct notifier *n = arg;

	if (!event_is_durable(e->type))
		return;
	talloc_free(n->timer);
	n->timer = loop_timer_new(n, n->e->loop, SETTLED_MS, 0, look, n);
}

void
engine_notify_begin(struct engine *e)
{
	const char *command = getenv("PGRUNBOOK_NOTIFY");

	if (command == NULL || *command == '\0')
		return;
	e->notifier = NEW(e, struct notifier);
	e->notifier->e = e;
	e->notifier->command = mem_strdup(e->notifier, command);
	run_listen(e->run, on_event, e->notifier);
}

static bool
all_ended(void *arg)
{
	const struct notifier *n = arg;
	size_t i;

	for (i = 0; i < CHILDREN_MAX; i++)
		if (n->children[i] != NULL && !child_ended(n->children[i]))
			return false;
	return true;
}

void
engine_notify_end(struct engine *e)
{
	if (e->notifier == NULL)
		return;
	look(e->notifier);
	loop_wait(e->loop, all_ended, e->notifier, PATIENCE_MS);
}

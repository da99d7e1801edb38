/*
 * tests/steps/stage.c - a run for kinds to play on.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "run/verify.h"
#include "steps/stage.h"

struct counted {
	int	by_type[EVENT_COUNT];
	struct buffer *said, *told;
};

/* Beside the stage, for the listener. */
static struct counted *counted;

json_t *
stage_json(const char *text)
{
	char *copy = mem_strdup(NULL, text), *p;
	struct error err = { 0 };
	json_t *value = NULL;

	for (p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	assert_ok(json_parse(copy, strlen(copy), &value, &err), &err);
	talloc_free(copy);
	return value;
}

/* ---- the host ------------------------------------------------------------------ */

static const struct pg_target *
find_target(void *arg, const char *name, struct error *err)
{
	struct stage *s = arg;
	char *url;

	if (s->database == NULL) {
		error_set(err, ERR_CONNECT, "there is no server here");
		return NULL;
	}
	if (s->pooler != NULL)
		url = mem_printf(s, "postgresql:///%s?host=%s&port=5432"
		    "&user=postgres", s->database, s->pooler);
	else
		url = cluster_url(s, str_equal(name, "other") ?
		    mem_printf(s, "%s_other", s->database) : s->database);
	return pg_target_parse(s, url, err);
}

static json_t *
take_intent(void *arg)
{
	struct stage *s = arg;
	json_t *intent = json_array_get(s->intents, 0);

	if (intent == NULL)
		return NULL;
	json_incref(intent);
	json_array_remove(s->intents, 0);
	if (!str_equal(json_str(intent, "type"), "decide"))
		return intent;
	/* The engine journals these itself. */
	json_object_del(intent, "type");
	json_object_set_new(intent, "step", json_string(s->attempt->id));
	assert_ok(run_append(s->run, EVENT_DECIDED, intent, &s->err), &s->err);
	return NULL;
}

static void
heard(void *arg, const struct event *e)
{
	struct counted *c = arg;

	c->by_type[e->type]++;
	if (e->type == EVENT_OUTPUT)
		buffer_puts(c->said, json_str_or(e->data, "text", ""));
	if (e->type == EVENT_STATUS)
		buffer_printf(c->said, "%s\n", json_str_or(e->data, "text", ""));
	if (e->type == EVENT_PROGRESS)
		buffer_printf(c->told, "%lld of %lld %s: %s\n",
		    (long long)json_int(e->data, "done", -1),
		    (long long)json_int(e->data, "total", -1),
		    json_str_or(e->data, "unit", ""),
		    json_str_or(e->data, "text", ""));
}

static json_t *
opened(const struct window *w)
{
	const struct runbook *r = w->phases[0];
	json_t *steps = json_array();
	size_t i;

	for (i = 0; i < r->step_count; i++)
		json_array_append_new(steps, json_pack(
		    "{s:s, s:s, s:s, s:s, s:s*}", "id",
		    mem_printf(w, "main/%s", r->steps[i]->id), "name",
		    r->steps[i]->name != NULL ? r->steps[i]->name : "step",
		    "kind", r->steps[i]->kind->name, "class",
		    class_name(r->steps[i]->class_), "target",
		    r->steps[i]->target));
	return json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:i}, s:{s:s, s:s,"
	    " s:[]}, s:{s:[{s:s, s:s, s:b, s:o}]}}",
	    "run", "r1", "version", "1", "host", "h",
	    "operator", "principal", "ana", "user", "ana", "uid", 1000,
	    "window", "name", "w", "title", "The window", "files",
	    "plan", "phases", "name", "main", "title", "Main",
	    "is_rollback", 0, "steps", steps);
}

/* ---- the stage ------------------------------------------------------------------- */

static struct window *
load(const void *owner, const char *folder, const char *steps,
    bool has_server, struct lint *l)
{
	char *text = mem_printf(owner,
	    "pgrunbook: 1\nname: main\ntitle: Main\n%s"
	    "targets:\n  db: {url: \"env:DB\", environment: sandbox}\n"
	    "  other: {url: \"env:OTHER\", environment: sandbox}\n"
	    "params:\n  word: {default: \"it's\"}\n"
	    "steps:\n%s", has_server ? "target: db\n" : "", steps);
	char *file = temp_file(owner, folder, "main.yaml", text);

	return window_load(owner, file, step_kinds(), l);
}

static void
begin_run(struct stage *s)
{
	struct journal_torn torn;
	struct error err = { 0 };

	s->bundle = temp_folder(s);
	s->run = run_open(s, s->bundle, &torn, &err);
	assert_got(s->run, &err);
	run_listen(s->run, heard, counted);
	assert_ok(run_append(s->run, EVENT_RUN_OPENED, opened(s->window),
	    &err), &err);
	assert_ok(run_append(s->run, EVENT_ENGINE_STARTED, json_pack(
	    "{s:i, s:s}", "pid", 1, "host", "h"), &err), &err);
	assert_ok(run_append(s->run, EVENT_RUN_STARTED, json_pack("{s:s}",
	    "principal", "ana"), &err), &err);
}

static struct stage *
make(const void *owner, const char *steps, bool has_server)
{
	struct stage *s = NEW(owner, struct stage);
	struct lint *l = lint_new(s);

	s->folder = temp_folder(s);
	s->window = load(s, s->folder, steps, has_server, l);
	if (s->window == NULL)
		lint_print(l, stderr);
	assert_non_null(s->window);
	s->loop = loop_new(s);
	if (has_server)
		s->database = cluster_new_db(s);
	s->intents = json_owned(s, json_array());
	counted = NEW(s, struct counted);
	counted->said = buffer_new(counted);
	counted->told = buffer_new(counted);
	s->host.loop = s->loop;
	s->host.window = s->window;
	s->host.scope = scope_new(s);
	s->host.target = find_target;
	s->host.take_intent = take_intent;
	s->host.arg = s;
	scope_set(s->host.scope, "word", json_string("it's"));
	begin_run(s);
	s->host.run = s->run;
	return s;
}

struct stage *
stage_new(const void *owner, const char *steps)
{
	return make(owner, steps, true);
}

struct stage *
stage_without_server(const void *owner, const char *steps)
{
	return make(owner, steps, false);
}

char *
stage_lint(const void *owner, const char *steps)
{
	char *folder = temp_folder(owner), *text = NULL;
	struct lint *l = lint_new(owner);
	size_t size;
	FILE *out;

	load(owner, folder, steps, true, l);
	out = open_memstream(&text, &size);
	lint_print(l, out);
	fclose(out);
	folder = mem_strdup(owner, text);
	free(text);
	return folder;
}

/* ---- a step -------------------------------------------------------------------------- */

static void
append(struct stage *s, enum event_type type, json_t *data)
{
	struct error err = { 0 };

	json_object_set_new(data, "step", json_string(s->attempt->id));
	json_object_set_new(data, "attempt",
	    json_integer(s->attempt->number));
	assert_ok(run_append(s->run, type, data, &err), &err);
}

/* Planned and signed, and about to start. */
static void
sign(struct stage *s)
{
	char digest[SHA256_HEX_SIZE], *text;
	const char *class_ = class_name(s->attempt->plan->class_);

	text = json_stable(s, s->attempt->plan->shown);
	sha256_of(text, strlen(text), digest);
	append(s, EVENT_STEP_PLANNED, json_pack("{s:s, s:s, s:O}", "class",
	    class_, "digest", digest, "shown", s->attempt->plan->shown));
	append(s, EVENT_SIGNOFF_REQUESTED, json_pack("{s:s, s:s, s:{}}",
	    "class", class_, "digest", digest, "rule"));
	append(s, EVENT_SIGNED, json_pack("{s:s, s:s, s:i, s:s, s:s}",
	    "digest", digest, "principal", "ana", "uid", 1000, "user", "ana",
	    "strength", "keystroke"));
	append(s, EVENT_ATTEMPT_STARTED, json_pack("{s:s}", "digest",
	    digest));
}

static int
plan(struct stage *s, const char *id)
{
	char *full = mem_printf(s, "main/%s", id);
	const struct step *step = runbook_step(s->window->phases[0], id);
	struct step_state *state = state_step(s->run->state, full);

	assert_non_null(step);
	assert_non_null(state);
	talloc_free(s->attempt);
	error_clear(&s->err);
	buffer_clear(counted->said);
	buffer_clear(counted->told);
	s->attempt = attempt_new(s, &s->host, step, full,
	    (int)state->attempt_count + 1);
	return attempt_plan(s->attempt, &s->err);
}

void
stage_begin(struct stage *s, const char *id)
{
	assert_ok(plan(s, id), &s->err);
	sign(s);
}

int
stage_end(struct stage *s, int rc)
{
	append(s, EVENT_ATTEMPT_FINISHED, json_pack("{s:s, s:i}", "outcome",
	    rc == 0 ? "done" : s->err.code == ERR_CANCELLED ? "cancelled" :
	    "failed", "ms", 1));
	return rc;
}

int
stage_run(struct stage *s, const char *id)
{
	if (plan(s, id) < 0)
		return -1;
	sign(s);
	return stage_end(s, attempt_run(s->attempt, &s->err));
}

/* ---- meanwhile ------------------------------------------------------------------------- */

struct meanwhile {
	struct stage	*stage;
	char		*sql, *wanted, *text;
	void		(*fn)(struct stage *s);
	struct loop_timer *timer;
	bool		 is_done;
};

static void
look(void *arg)
{
	struct meanwhile *m = arg;
	char *value;

	if (m->is_done)
		return;
	if (m->text != NULL) {
		if (strstr(counted->said->data, m->text) == NULL)
			return;
	} else {
		value = cluster_value(m, m->stage->database, m->sql);
		if (!str_equal(value, m->wanted))
			return;
	}
	m->is_done = true;
	m->fn(m->stage);
}

static struct meanwhile *
meanwhile_new(struct stage *s, void (*fn)(struct stage *s))
{
	struct meanwhile *m = NEW(s, struct meanwhile);

	m->stage = s;
	m->fn = fn;
	m->timer = loop_timer_new(m, s->loop, 10, 10, look, m);
	return m;
}

void
stage_when(struct stage *s, const char *sql, const char *wanted,
    void (*fn)(struct stage *s))
{
	struct meanwhile *m = meanwhile_new(s, fn);

	m->sql = mem_strdup(m, sql);
	m->wanted = mem_strdup(m, wanted);
}

void
stage_when_said(struct stage *s, const char *text, void (*fn)(struct stage *s))
{
	struct meanwhile *m = meanwhile_new(s, fn);

	m->text = mem_strdup(m, text);
}

void
stage_cancel(struct stage *s)
{
	s->attempt->is_cancelled = true;
}

/* ---- looking ---------------------------------------------------------------------------- */

void
stage_intend(struct stage *s, const char *json)
{
	json_array_append_new(s->intents, stage_json(json));
}

const char *
stage_value(struct stage *s, const char *path)
{
	return scope_text(s, s->host.scope, path);
}

char *
stage_output(struct stage *s)
{
	char *folder = attempt_folder(s, s->attempt);

	return slurp(s, mem_printf(s, "%s/%s/output.txt", s->bundle, folder));
}

int
stage_count(struct stage *s, enum event_type type)
{
	(void)s;
	return counted->by_type[type];
}

void
stage_verify(struct stage *s)
{
	struct verify_result result;

	assert_ok(run_verify(s->bundle, &result, &s->err), &s->err);
}

const char *
stage_told(struct stage *s UNUSED)
{
	return counted->told->data;
}

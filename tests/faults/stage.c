/* tests/faults/stage.c - whole runs on a real server, and what befalls them. */

#include "harness/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "approval/evidence.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "engine/options.h"
#include "faults/stage.h"
#include "harness/cluster.h"
#include "run/folder.h"
#include "wire/client.h"

#define PATIENCE_MS	90000
#define ACTS_MAX	20	/* of a person, before he gives up */

extern char **environ;

/* ---- the stage ------------------------------------------------------------ */

static char *
new_database(const void *owner)
{
	char *name = cluster_new_db(owner);

	cluster_sql(name, "CREATE TABLE effects (what text);"
	    "CREATE TABLE numbers (n int PRIMARY KEY);"
	    "INSERT INTO numbers SELECT generate_series(1, 10);"
	    "CREATE TABLE junk (a int); INSERT INTO junk VALUES (1)");
	return name;
}

struct stage *
stage_new_bare(const void *owner)
{
	struct stage *s = NEW(owner, struct stage);

	s->loop = loop_new(s);
	s->principal = "ana";
	s->told = buffer_new(s);
	s->complaints = buffer_new(s);
	s->runs = temp_folder(s);
	s->approvals = temp_folder(s);
	return s;
}

struct stage *
stage_new(const void *owner)
{
	struct stage *s = stage_new_bare(owner);

	s->shop = new_database(s);
	s->box = new_database(s);
	s->lines = path_join(s, temp_folder(s), "lines");
	setenv("SHOP_URL", cluster_url(s, s->shop), 1);
	setenv("BOX_URL", cluster_url(s, s->box), 1);
	setenv("LINES_FILE", s->lines, 1);
	return s;
}

void
stage_free(struct stage *s)
{
	struct error err = { 0 };

	cluster_drop_db(s->shop);
	if (s->box != NULL)
		cluster_drop_db(s->box);
	assert_ok(file_remove_tree(s->runs, &err), &err);
	if (s->home != NULL)
		assert_ok(file_remove_tree(s->home, &err), &err);
	talloc_free(s);
}

int
stage_begin(void **state)
{
	*state = stage_new(NULL);
	return 0;
}

int
stage_end(void **state)
{
	stage_free(*state);
	return 0;
}

void
stage_runbook(struct stage *s, const char *steps)
{
	struct error err = { 0 };

	s->file = temp_file(s, temp_folder(s), "book.yaml", mem_printf(s,
	    "pgrunbook: 1\nname: book\ntitle: A book\n"
	    "targets:\n  shop: {url: \"env:SHOP_URL\", environment: local}\n"
	    "  box: {url: \"env:BOX_URL\", environment: sandbox}\n"
	    "target: shop\nsteps:\n%s", steps));
	s->folder = run_folder_create(s, s->runs, "book", &err);
	assert_got(s->folder, &err);
}

void
stage_prepare(struct stage *s, const char *decision)
{
	temp_file(s, s->approvals, mem_printf(s, "%zu.json",
	    strlen(decision)), decision);
}

/* ---- engines --------------------------------------------------------------- */

/* This process's environment and more. */
static const char *const *
with_extra(const void *owner, const char *const *extra)
{
	size_t count = 0, more = 0, i;
	const char **env;

	while (environ[count] != NULL)
		count++;
	while (extra != NULL && extra[more] != NULL)
		more++;
	env = NEW_ARRAY(owner, const char *, count + more + 1);
	/* The first of a name counts. */
	for (i = 0; i < more; i++)
		env[i] = extra[i];
	for (i = 0; i < count; i++)
		env[more + i] = environ[i];
	env[more + count] = NULL;
	return env;
}

static void
on_output(void *arg, int fd, const char *bytes, size_t size_bytes)
{
	struct engine_child *e = arg;

	buffer_add(e->output[fd - 1], bytes, size_bytes);
}

static struct engine_child *
start(struct stage *s, const char *const *argv, const char *input,
    const char *const *extra)
{
	struct engine_child *e = NEW(s, struct engine_child);
	struct child_spec spec = {
		.argv = argv, .env = with_extra(s, extra), .input = input,
		.input_size = input != NULL ? strlen(input) : 0,
		.on_output = on_output, .arg = e,
	};
	struct error err = { 0 };

	e->stage = s;
	e->output[0] = buffer_new(e);
	e->output[1] = buffer_new(e);
	e->child = child_start(e, s->loop, &spec, &err);
	assert_got(e->child, &err);
	return e;
}

static struct engine_child *
start_engine(struct stage *s, bool is_new, bool is_headless,
    const char *const *extra)
{
	const struct engine_options o = {
		.folder = s->folder, .file = is_new ? s->file : NULL,
		.approvals = s->approvals, .principal = s->principal,
		.vars = is_new ? s->vars : NULL,
		.is_headless = is_headless, .is_json = s->is_json,
	};
	const char *argv[] = {
		mem_printf(s, "%s/pgrunbook-engine", test_builddir()), NULL,
	};
	json_t *json = engine_options_json(&o, false);
	char *text = json_stable(s, json);

	json_decref(json);
	return start(s, argv, text, extra);
}

struct engine_child *
stage_start(struct stage *s, bool is_new, const char *const *extra)
{
	return start_engine(s, is_new, true, extra);
}

struct ended
stage_wait(struct engine_child *e)
{
	struct stage *s = e->stage;
	struct error err = { 0 };
	bool is_late = child_wait(e->child, NULL, PATIENCE_MS, &err) != 0;

	buffer_puts(s->told, e->output[0]->data);
	buffer_puts(s->complaints, e->output[1]->data);
	return (struct ended){ is_late ? -2 : child_exit_status(e->child),
	    e->output[0]->data, e->output[1]->data };
}

struct ended
stage_run(struct stage *s, bool is_new, const char *const *extra)
{
	return stage_wait(stage_start(s, is_new, extra));
}

struct ended
stage_program(struct stage *s, const char *const *arguments)
{
	const char *argv[16] = {
		mem_printf(s, "%s/pgrunbook", test_builddir()),
	};
	size_t i;

	for (i = 0; arguments[i] != NULL && i < 14; i++)
		argv[i + 1] = arguments[i];
	return stage_wait(start(s, argv, NULL, NULL));
}

const char *const *
stage_failfs(const void *owner, const char *const *settings)
{
	const char **extra = NEW_ARRAY(owner, const char *, 16);
	size_t n = 0;

	extra[n++] = mem_printf(owner, "LD_PRELOAD=%s/tests/faults/failfs.so",
	    test_builddir());
	extra[n++] = "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0";
	while (*settings != NULL && n < 15)
		extra[n++] = *settings++;
	extra[n] = NULL;
	return extra;
}

/* ---- waiting ---------------------------------------------------------------- */

static void
tick(void *arg)
{
	(void)arg;
}

void
stage_until(struct stage *s, bool (*done)(void *arg), void *arg)
{
	struct loop_timer *t = loop_timer_new(s, s->loop, 5, 5, tick, NULL);

	assert_int_equal(loop_wait(s->loop, done, arg, PATIENCE_MS), WAIT_DONE);
	talloc_free(t);
}

struct wanted {
	struct stage	*stage;
	const char	*step;
	int		 lines;
};

static bool
is_marked(void *arg)
{
	const struct wanted *w = arg;
	const struct attempt_state *a;
	struct step_state *step;
	struct run_state *state;
	bool is_it;

	if (!stage_has_run(w->stage))
		return false;
	state = stage_state(NULL, w->stage);
	step = state_step(state, w->step);
	a = step != NULL ? step_last_attempt(step) : NULL;
	is_it = a != NULL && a->outcome == NULL && a->marker_uuid != NULL &&
	    a->statement_count > 0;
	talloc_free(state);
	return is_it;
}

void
stage_until_marked(struct stage *s, const char *step)
{
	struct wanted w = { s, step, 0 };

	stage_until(s, is_marked, &w);
}

static bool
has_lines(void *arg)
{
	const struct wanted *w = arg;

	return stage_lines(w->stage) >= w->lines;
}

void
stage_until_lines(struct stage *s, int wanted)
{
	struct wanted w = { s, NULL, wanted };

	stage_until(s, has_lines, &w);
}

/* ---- a person ---------------------------------------------------------------- */

struct person {
	struct stage	*stage;
	struct wire_client *client;
	int64_t		 acted_at;	/* last_seq when he last did something */
	int		 acts, engine_pid;
	bool		 is_gone;
};

/* Rows, lines or an index that are called as the step is. */
static bool
has_effect(struct stage *s, const char *id)
{
	const char *name = strchr(id, '/') + 1;
	char *sql;

	/* Whatever of it may be done twice says so by itself. */
	if (s->is_demo)
		return false;
	sql = mem_printf(s, "SELECT (SELECT count(*) FROM effects WHERE "
	    "what LIKE '%s%%') + (SELECT count(*) FROM pg_index WHERE "
	    "indexrelid = to_regclass('%s') AND indisvalid)", name, name);
	return strcmp(cluster_value(s, s->shop, sql), "0") != 0 ||
	    strcmp(cluster_value(s, s->box, sql), "0") != 0 ||
	    (file_exists(s->lines) && strstr(slurp(s, s->lines), name) != NULL);
}

static void
want(struct person *p, enum intent_type t, json_t *fields)
{
	struct error err = { 0 };

	/* It leads nowhere: whoever resumes the run will see that. */
	if (p->acts++ >= ACTS_MAX) {
		t = INTENT_STOP;
		fields = json_pack("{s:s}", "reason", "it leads nowhere");
	}
	assert_ok(wire_client_send(p->client, t, fields, NULL, &err), &err);
	p->acted_at = wire_client_state(p->client)->last_seq;
}

static void
act(struct person *p)
{
	const struct run_state *s = wire_client_state(p->client);
	const char *waits = state_waits_for(s);
	const struct step_state *step = s->current < s->step_count ?
	    &s->steps[s->current] : NULL;

	if (waits == NULL || p->acted_at == s->last_seq)
		return;
	if (strcmp(waits, "start") == 0)
		want(p, INTENT_START, NULL);
	else if (p->stage->is_demo && strcmp(waits, "failure") != 0)
		/* To stop it would cancel a step that waits for an answer. */
		kill(p->engine_pid, SIGKILL);
	else if (strcmp(waits, "sign-off") == 0 &&
	    strcmp(step->class_, "B") != 0)
		want(p, INTENT_SIGN, json_pack("{s:s, s:s}", "step", step->id,
		    "digest", step_last_attempt(step)->digest));
	else if (strcmp(waits, "answer") == 0)
		want(p, INTENT_ANSWER, json_pack("{s:s, s:{s:[b]}}", "step",
		    step->id, "answer", "items", true));
	else if (strcmp(waits, "failure") == 0 &&
	    has_effect(p->stage, step->id))
		want(p, INTENT_SKIP, json_pack("{s:s, s:s}", "step", step->id,
		    "reason", SEEN_EFFECT));
	else if (strcmp(waits, "failure") == 0)
		want(p, INTENT_RETRY, json_pack("{s:s}", "step", step->id));
}

static bool
is_over(void *arg)
{
	struct person *p = arg;
	struct error err = { 0 };

	if (wire_client_read(p->client, &err) != 0)
		p->is_gone = true;
	if (!p->is_gone)
		act(p);
	return p->is_gone;
}

static bool
is_listening(void *arg)
{
	struct engine_child *e = ((void **)arg)[1];

	return child_ended(e->child) || wire_engine_listens(
	    ((struct stage *)((void **)arg)[0])->folder);
}

void
stage_person(struct stage *s)
{
	struct engine_child *e = start_engine(s, false, false, NULL);
	const struct wire_listener silent = { 0 };
	struct person *p = NEW(s, struct person);
	void *both[] = { s, e };
	struct error err = { 0 };

	p->stage = s;
	p->engine_pid = child_pid(e->child);
	stage_until(s, is_listening, both);
	p->client = wire_client_connect(p, s->folder, "plain", "ana", &silent,
	    &err);
	assert_got(p->client, &err);
	stage_until(s, is_over, p);
	talloc_free(p);
	(void)stage_wait(e);
}

const char *
stage_keep(struct stage *s)
{
	const char *tmp = getenv("TMPDIR");
	char *to = mem_printf(s, "%s/faults-%d-%s", tmp != NULL && *tmp != '\0' ?
	    tmp : "/tmp", (int)getpid(), strrchr(s->folder, '/') + 1);
	struct error err = { 0 };

	if (!stage_has_run(s) || file_copy(run_journal_path(s, s->folder), to,
	    0600, &err) != 0)
		return "none";
	return to;
}

/* ---- what there is to look at -------------------------------------------------- */

bool
stage_has_run(const struct stage *s)
{
	char *path = run_journal_path(NULL, s->folder), *text = NULL;
	struct error err = { 0 };
	size_t size = 0;
	bool has;

	has = file_exists(path) &&
	    file_read(path, path, 64 << 20, &text, &size, &err) == 0 &&
	    memchr(text, '\n', size) != NULL;
	talloc_free(path);
	return has;
}

struct run_state *
stage_state(const void *owner, const struct stage *s)
{
	struct error err = { 0 };
	struct run_state *state = run_state_load(owner, s->folder, &err);

	assert_got(state, &err);
	return state;
}

int
stage_lines(const struct stage *s)
{
	char *text;
	int n = 0;
	const char *p;

	if (!file_exists(s->lines))
		return 0;
	text = slurp(NULL, s->lines);
	for (p = text; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	talloc_free(text);
	return n;
}

char *
stage_effects(const void *owner, const char *database)
{
	char *text = cluster_value(owner, database, "SELECT string_agg(what || "
	    "' ' || n, ',' ORDER BY what) FROM (SELECT what, count(*) AS n "
	    "FROM effects GROUP BY what) x");

	return text != NULL ? text : mem_strdup(owner, "");
}

int
stage_seq_of(struct stage *s, const char *type)
{
	char *text = slurp(s, mem_printf(s, "%s/journal.jsonl", s->folder));
	const char *line = text, *p;
	int seq = 1;

	for (; (p = strchr(line, '\n')) != NULL; line = p + 1, seq++)
		if (memmem(line, (size_t)(p - line), type, strlen(type)))
			return seq;
	fail_msg("there is no %s", type);
	return 0;
}

void
stage_holds(const struct stage *s)
{
	struct run_state *state = stage_state(s, s);
	struct evidence result;
	struct error err = { 0 };
	size_t i, j;

	assert_ok(evidence_verify(s->folder, NULL, 0, &result, &err), &err);
	for (i = 0; i < state->step_count; i++)
		for (j = 0; j < state->steps[i].attempt_count; j++) {
			const struct attempt_state *a =
			    &state->steps[i].attempts[j];

			if (a->started_us != 0 && a->outcome == NULL)
				fail_msg("attempt %d of %s has no outcome",
				    a->number, state->steps[i].id);
		}
	talloc_free(state);
}

void
stage_ends_with(struct ended r, int code)
{
	if (r.code != code)
		print_message("stdout:\n%s\nstderr:\n%s\n", r.out, r.err);
	assert_int_equal(r.code, code);
}

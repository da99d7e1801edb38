/*
 * engine/open.c - from a folder to a run that can go: a new one, or one that
 * an engine before has left.
 *
 * A new run writes its first record only when all that steps use was
 * reached; what fails before leaves nothing that has begun.
 */

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "approval/keygen.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/create.h"
#include "engine/private.h"
#include "run/folder.h"
#include "runbook/load.h"
#include "steps/kind.h"

#define CREATED_MAX	(8 << 20)

/* What the run is made of: created.json, or the same of its first record. */
static int
read_created(struct engine *e, json_t **created, struct error *err)
{
	char *path = path_join(e, e->run->folder, CREATED_FILE), *text;
	size_t size;

	if (e->run->state->opened != NULL) {
		*created = json_owned(e, json_incref(json_object_get(
		    e->run->state->opened, "window")));
		return 0;
	}
	if (e->options->file != NULL && engine_freeze(e->run->folder,
	    e->options->file, e->options->rollback_of, err) != 0)
		return -1;
	if (!file_exists(path))
		return error_set(err, ERR_NOT_FOUND,
		    "\"%s\" is not the folder of a run", e->run->folder);
	if (file_read(e, path, CREATED_MAX, &text, &size, err) != 0 ||
	    json_parse(text, size, created, err) != 0)
		return error_context(err, "\"%s\"", path);
	json_owned(e, *created);
	return 0;
}

/* The frozen files are those that were frozen. */
static int
check_frozen(struct engine *e, const json_t *created, struct error *err)
{
	const json_t *files = json_object_get(created, "files");
	char *runbooks = path_join(e, e->run->folder, "runbooks");
	char hex[SHA256_HEX_SIZE];
	int64_t size;
	size_t i;

	for (i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		char *path = path_join(runbooks, runbooks,
		    json_str_or(file, "path", ""));

		if (sha256_file(path, hex, &size, err) != 0)
			return -1;
		if (strcmp(hex, json_str_or(file, "sha256", "")) != 0)
			return error_set(err, ERR_VERIFY,
			    "frozen file \"%s\" was changed", path);
	}
	talloc_free(runbooks);
	return 0;
}

/* Where the frozen copy came from: relative paths in steps start there. */
static const char *
original(struct engine *e, const char *runbooks, const char *root,
    const char *path)
{
	char *real = path != NULL ? path_real(e, path) : NULL;
	size_t size = strlen(runbooks);

	if (real == NULL || strncmp(real, runbooks, size) != 0 ||
	    real[size] != '/')
		return path;
	return path_join(e, root, real + size + 1);
}

static void
restore_places(struct engine *e, const char *root)
{
	char *runbooks = path_real(e, path_join(e, e->run->folder, "runbooks"));
	struct window *w = e->window;
	size_t i, j, count = w->phase_count + (w->rollback != NULL);
	const char **file;

	/* An env file is not frozen, so its path leads nowhere from there. */
	for (file = w->env_files; file != NULL && *file != NULL; file++)
		if (str_starts(*file, runbooks))
			*file = path_join(e, root, *file + strlen(runbooks) + 1);
	for (i = 0; i < count; i++) {
		struct runbook *r = i < w->phase_count ? w->phases[i] :
		    w->rollback;

		for (j = 0; j < r->step_count; j++)
			r->steps[j]->file = original(e, runbooks, root,
			    r->steps[j]->file);
	}
}

static int
load_window(struct engine *e, const json_t *created, struct error *err)
{
	struct lint *l = lint_new(e);
	char *path = path_join(e, path_real(e, path_join(e, e->run->folder,
	    "runbooks")), json_str_or(created, "file", ""));

	e->window = window_load(e, path, step_kinds(), l);
	if (e->window == NULL) {
		lint_print(l, stderr);
		return error_set(err, ERR_RUNBOOK,
		    "the frozen \"%s\" does not pass lint", path);
	}
	restore_places(e, json_str_or(created, "root", "/"));
	e->steps = engine_steps(e, e->window,
	    json_str(created, "rollback_of") != NULL, &e->step_count);
	return 0;
}

static json_t *
texts_json(const char *const *texts, bool is_paths)
{
	json_t *list = memory_check(json_array());
	size_t i;

	for (i = 0; texts != NULL && texts[i] != NULL; i++) {
		char *real = is_paths ? path_real(NULL, texts[i]) : NULL;

		json_array_append_new(list, json_string(real != NULL ? real :
		    texts[i]));
		talloc_free(real);
	}
	return list;
}

/* {"name": "value"} of "NAME=VALUE". */
static int
vars_json(const char *const *vars, json_t **object, struct error *err)
{
	*object = memory_check(json_object());
	for (; vars != NULL && *vars != NULL; vars++) {
		const char *equals = strchr(*vars, '=');
		char *name;

		if (equals == NULL)
			return error_set(err, ERR_USAGE,
			    "\"%s\" is not NAME=VALUE", *vars);
		name = mem_strndup(NULL, *vars, (size_t)(equals - *vars));
		json_object_set_new(*object, name,
		    memory_check(json_string(equals + 1)));
		talloc_free(name);
	}
	return 0;
}

static json_t *
targets_json(const struct engine *e)
{
	json_t *list = memory_check(json_array());
	size_t i;

	for (i = 0; i < e->target_count; i++) {
		const struct engine_target *t = &e->targets[i];

		json_array_append_new(list, memory_check(json_pack(
		    "{s:s, s:s, s:s}", "name", t->name, "environment",
		    environment_name(t->environment), "source", t->source)));
	}
	return list;
}

static void
put_time(json_t *window, const char *key, int64_t at_us)
{
	char *text;

	if (at_us == 0)
		return;
	text = clock_rfc3339(NULL, at_us);
	json_object_set_new(window, key, json_string(text));
	talloc_free(text);
}

/* What is wanted of who leads the run; nothing is said where that is nothing. */
static void
put_executor(const struct engine *e, json_t *window)
{
	const struct role *role = window_role(e->window, "executor");

	if (role != NULL && (role->from != NULL || role->is_signed))
		json_object_set_new(window, "executor", memory_check(json_pack(
		    "{s:o, s:b}", "from", texts_json(role->from, false),
		    "signed", role->is_signed)));
}

/* created with all that is known of the window now. */
static json_t *
window_json(const struct engine *e, const json_t *created, json_t *vars)
{
	const struct window *w = e->window;
	json_t *window = json_deep_copy(created);

	json_object_set_new(window, "name", json_string(w->name));
	json_object_set_new(window, "title", json_string(w->title != NULL ?
	    w->title : w->name));
	if (w->owner != NULL)
		json_object_set_new(window, "owner", json_string(w->owner));
	if (w->description != NULL)
		json_object_set_new(window, "description",
		    json_string(w->description));
	json_object_set_new(window, "sha256", json_string(w->sha256));
	json_object_set_new(window, "targets", targets_json(e));
	json_object_set(window, "vars", vars);
	json_object_set_new(window, "env_files",
	    texts_json(e->options->env_files, true));
	put_executor(e, window);
	put_time(window, "start", w->start_us);
	put_time(window, "end", w->end_us);
	return window;
}

/* Which key is the executor's: it does not sign where he may not. */
static void
put_key(struct engine *e, json_t *operator_)
{
	struct error err = { 0 };
	char *key = NULL;

	if (e->options->key == NULL)
		return;
	if (keygen_fingerprint(e, e->options->key, &key, &err) == 0)
		json_object_set_new(operator_, "key", json_string(key));
	else
		error_print(stderr, "pgrunbook-engine", &err);
}

static int
journal_opening(struct engine *e, const json_t *created, json_t *vars)
{
	bool is_rollback = json_str(created, "rollback_of") != NULL;
	json_t *data;
	char host[256];

	if (gethostname(host, sizeof(host)) != 0)
		memcpy(host, "?", 2);
	host[sizeof(host) - 1] = '\0';
	data = memory_check(json_pack(
	    "{s:s, s:o, s:o, s:{s:s, s:s, s:I}, s:s, s:s}",
	    "run", path_name(e->run->folder),
	    "window", window_json(e, created, vars),
	    "plan", engine_plan(e->window, is_rollback),
	    "operator", "principal", e->principal, "user", e->user,
	    "uid", (json_int_t)getuid(), "version", PACKAGE_VERSION,
	    "host", host));
	put_key(e, json_object_get(data, "operator"));
	if (is_rollback)
		json_object_set(data, "rollback_of",
		    json_object_get(created, "rollback_of"));
	return engine_append(e, EVENT_RUN_OPENED, data);
}

static int
journal_engine(struct engine *e, const struct journal_torn *torn)
{
	char host[256] = "?";
	json_t *data;

	if (gethostname(host, sizeof(host) - 1) != 0)
		memcpy(host, "?", 2);
	data = memory_check(json_pack("{s:i, s:s}", "pid", (int)getpid(),
	    "host", host));
	if (torn->size_bytes > 0)
		json_object_set_new(data, "torn", json_pack(
		    "{s:I, s:I, s:s, s:s}", "offset", (json_int_t)torn->offset,
		    "size", (json_int_t)torn->size_bytes, "sha256",
		    torn->sha256, "kept_in", torn->kept_in));
	return engine_append(e, EVENT_ENGINE_STARTED, data);
}

/* Whose keys sign: as frozen; what is revoked: as it is now, too. */
static void
take_allowed(struct engine *e, const json_t *created)
{
	const json_t *signers = json_object_get(created, "signers");
	const json_t *revoked = json_object_get(created, "revoked");
	char *runbooks = path_join(e, e->run->folder, "runbooks");

	if (json_str(signers, "path") != NULL)
		e->allowed.signers = path_join(e, runbooks,
		    json_str(signers, "path"));
	if (json_str(revoked, "path") == NULL)
		return;
	e->allowed.revoked = path_join(e, runbooks, json_str(revoked, "path"));
	e->allowed.revoked_now = mem_strdup(e, json_str(revoked, "from"));
}

/* Values that steps registered, and those of the run that is rolled back. */
static void
take_values(struct engine *e, const json_t *created)
{
	json_t *lists[] = {
		json_object_get(created, "values"), e->run->state->values,
	};
	const char *name;
	json_t *value;
	size_t i;

	for (i = 0; i < COUNT_OF(lists); i++)
		json_object_foreach(lists[i], name, value)
			scope_set(e->scope, name, json_incref(value));
}

static void
who_am_i(struct engine *e)
{
	const struct passwd *pw = getpwuid(getuid());

	e->user = pw != NULL ? mem_strdup(e, pw->pw_name) :
	    mem_printf(e, "uid %u", (unsigned)getuid());
	e->principal = e->options->principal != NULL ?
	    e->options->principal : e->user;
}

/* Env files, in the order in which they win: given ones, then the window's. */
static int
read_env_files(struct engine *e, const json_t *created, struct error *err)
{
	const json_t *kept = json_object_get(created, "env_files");
	size_t i;

	if (engine_env_files(e, e->options->env_files, err) != 0)
		return -1;
	for (i = 0; i < json_array_size(kept); i++) {
		const char *one[] = {
			json_string_value(json_array_get(kept, i)), NULL,
		};

		if (one[0] != NULL && engine_env_files(e, one, err) != 0)
			return -1;
	}
	return engine_env_files(e, e->window->env_files, err);
}

/* The step that --from names, by its whole id or what is behind the phase. */
static const char *
find_from(struct engine *e, struct error *err)
{
	const char *from = e->options->from_step;
	size_t i;

	for (i = 0; i < e->step_count; i++) {
		const struct step *s = e->steps[i];
		char *id = mem_printf(e, "%s/%s", s->runbook->name, s->id);

		if (strcmp(id, from) == 0 || strcmp(s->id, from) == 0)
			return id;
		talloc_free(id);
	}
	error_set(err, ERR_USAGE, "there is no step \"%s\"", from);
	return NULL;
}

static int
journal_beginning(struct engine *e, const json_t *created, json_t *vars,
    const struct journal_torn *torn, const char *from)
{
	bool is_new = e->run->state->opened == NULL;

	if ((is_new && journal_opening(e, created, vars) != 0) ||
	    journal_engine(e, torn) != 0 || engine_targets_journal(e) != 0)
		return -1;
	if (!is_new || from == NULL)
		return 0;
	return engine_append(e, EVENT_WENT_TO, json_pack("{s:s, s:s, s:s}",
	    "step", from, "reason", "the run was opened to begin here",
	    "principal", e->principal));
}

/* Params as they were given when the run was opened, or now. */
static int
take_vars(struct engine *e, const json_t *created, json_t **vars,
    struct error *err)
{
	json_t *given = NULL;

	if (vars_json(e->options->vars, &given, err) != 0) {
		json_decref(given);
		return -1;
	}
	*vars = json_object_get(created, "vars") != NULL ?
	    json_deep_copy(json_object_get(created, "vars")) : json_object();
	json_owned(e, *vars);
	json_object_update(*vars, given);
	json_decref(given);
	return engine_params(e, *vars, err);
}

int
engine_open(struct engine *e, struct error *err)
{
	struct journal_torn torn;
	const char *from = NULL;
	json_t *created, *vars;

	e->run = run_open(e, e->options->folder, &torn, err);
	if (e->run == NULL)
		return -1;
	if (e->options->is_headless)
		run_listen(e->run, engine_tell, e);
	if (e->options->file != NULL && e->run->state->opened != NULL)
		return error_set(err, ERR_USAGE,
		    "the folder \"%s\" has a run in it already",
		    e->run->folder);
	if (e->run->state->is_closed)
		return error_set(err, ERR_POLICY, "run \"%s\" is closed",
		    path_name(e->run->folder));
	who_am_i(e);
	e->scope = scope_new(e);
	if (read_created(e, &created, err) != 0 ||
	    check_frozen(e, created, err) != 0 ||
	    load_window(e, created, err) != 0 ||
	    read_env_files(e, created, err) != 0)
		return -1;
	take_allowed(e, created);
	engine_secrets(e);
	if (take_vars(e, created, &vars, err) != 0 ||
	    engine_targets_resolve(e, err) != 0 ||
	    engine_targets_connect(e, err) != 0)
		return -1;
	if (e->options->from_step != NULL &&
	    (from = find_from(e, err)) == NULL)
		return -1;
	take_values(e, created);
	if (journal_beginning(e, created, vars, &torn, from) == 0)
		return engine_record_leftovers(e, err);
	*err = e->fatal;
	return -1;
}

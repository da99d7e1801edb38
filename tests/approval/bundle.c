/* tests/approval/bundle.c - a small bundle with ssh signatures, and forgers. */

#include "harness/test.h"

#include <string.h>

#include "approval/approval.h"
#include "approval/closing.h"
#include "approval/statement.h"
#include "approval/bundle.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/keys.h"
#include "journal/artifact.h"
#include "journal/line.h"
#include "run/folder.h"
#include "run/sample.h"

#define DROP	"main/drop"

char *
bundle_keys(const void *owner)
{
	static const struct {
		const char	*name, *principals;
	} people[] = {
		{ "ana", "ana" }, { "ben", "ben" }, { "carol", "carol" },
		{ "twin", "twin,other" }, { "stranger", NULL },
	};
	char *folder = temp_folder(owner);
	size_t i;

	for (i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
		char *key = key_make(owner, folder, people[i].name);

		if (people[i].principals != NULL)
			key_allow(owner, folder, people[i].principals, NULL,
			    key);
	}
	return folder;
}

/* Freeze a file into the bundle; its entry among the window's files. */
static void
freeze(const void *owner, const char *folder, json_t *window, const char *name,
    const char *text)
{
	char hex[SHA256_HEX_SIZE];

	temp_file(owner, folder, mem_printf(owner, "runbooks/%s", name), text);
	sha256_of(text, strlen(text), hex);
	json_array_append_new(json_object_get(window, "files"), json_pack(
	    "{s:s, s:s}", "path", name, "sha256", hex));
}

static void
sign(const void *owner, struct run *r, const char *keys, const char *name)
{
	const struct attempt_state *a = step_last_attempt(
	    state_step(r->state, DROP));
	json_t *fields = json_pack("{s:s, s:s, s:s}", "step", DROP, "digest",
	    a->digest, "typed", "shop");
	char *key = path_join(owner, keys, name), *fingerprint;
	struct error err = { 0 };
	const char *const argv[] = { "sh", "-c", "ssh-keygen -lf \"$1\" | "
	    "cut -d' ' -f2", "sh", key, NULL };

	assert_ok(statement_add(key, r->state, name, INTENT_SIGN, fields, &err),
	    &err);
	fingerprint = str_trim(owner, command_output(owner, argv));
	assert_ok(run_append(r, EVENT_SIGNED, json_pack("{s:s, s:i, s:s, s:s, "
	    "s:i, s:s, s:s, s:s, s:O, s:O, s:o}", "step", DROP, "attempt", 1,
	    "digest", a->digest, "principal", name, "uid", -1, "user", name,
	    "strength", "ssh", "key", fingerprint, "statement",
	    json_object_get(fields, "statement"), "signature",
	    json_object_get(fields, "signature"), "expires_at", json_sprintf(
	    "%s", clock_rfc3339(owner, clock_now_us() + 1800 *
	    (int64_t)1000000))), &err), &err);
	json_decref(fields);
}

static void
play(const void *owner, struct run *r, const char *keys)
{
	struct artifact_info info;
	struct error err = { 0 };
	char digest[SHA256_HEX_SIZE];
	json_t *seal, *shown = sample_json("{'step': '" DROP "', 'class': 'B',"
	    " 'text': 'DROP TABLE u', 'target': {'database': 'shop'}}");

	sample_append(r, EVENT_ENGINE_STARTED, "{'pid': 1, 'host': 'h'}");
	sample_append(r, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	approval_digest(shown, digest);
	assert_ok(run_append(r, EVENT_STEP_PLANNED, json_pack("{s:s, s:i, s:s, "
	    "s:s, s:o}", "step", DROP, "attempt", 1, "class", "B", "digest",
	    digest, "shown", shown), &err), &err);
	sample_append(r, EVENT_SIGNOFF_REQUESTED, mem_printf(owner,
	    "{'step': '" DROP "', 'attempt': 1, 'class': 'B', 'digest': '%s', "
	    "'rule': {'class': 'B', 'min': 2, 'signed': true, "
	    "'not': 'executor', 'expires_ms': 1800000, 'ceremony': 'typed', "
	    "'type_this': 'shop'}}", digest));
	sign(owner, r, keys, "ben");
	sign(owner, r, keys, "carol");
	sample_append(r, EVENT_ATTEMPT_STARTED, mem_printf(owner, "{'step': '"
	    DROP "', 'attempt': 1, 'digest': '%s'}", digest));
	assert_ok(artifact_save(r->folder, "artifacts/output.txt", "gone\n", 5,
	    &info, &err), &err);
	sample_append(r, EVENT_ARTIFACT, mem_printf(owner, "{'step': '" DROP
	    "', 'name': 'artifacts/output.txt', 'sha256': '%s', 'size': 5, "
	    "'what': 'output'}", info.sha256));
	sample_append(r, EVENT_ATTEMPT_FINISHED, "{'step': '" DROP
	    "', 'attempt': 1, 'outcome': 'done', 'ms': 5}");
	seal = closing_sign(r->state, path_join(owner, keys, "ana"), "ana",
	    "done", &err);
	assert_got(seal, &err);
	assert_ok(run_close(r, "done", NULL, NULL, seal, &err), &err);
	json_decref(seal);
}

/* Opened by ana, with a runbook and the signers frozen into it. */
static struct run *
open_bundle(const void *owner, const char *keys, char **folder,
    json_t *executor)
{
	json_t *opened = sample_opened();
	json_t *window = json_object_get(opened, "window");
	struct journal_torn torn;
	struct error err = { 0 };
	struct run *r;

	*folder = temp_folder(owner);
	freeze(owner, *folder, window, "book.yaml", "pgrunbook: 1\n");
	freeze(owner, *folder, window, "allowed_signers", slurp(owner,
	    path_join(owner, keys, "allowed_signers")));
	json_object_set_new(window, "signers", json_pack("{s:s}", "path",
	    "allowed_signers"));
	if (executor != NULL)
		json_object_set_new(window, "executor", executor);
	r = run_open(owner, *folder, &torn, &err);
	assert_got(r, &err);
	assert_ok(run_append(r, EVENT_RUN_OPENED, opened, &err), &err);
	return r;
}

char *
bundle_make(const void *owner, const char *keys)
{
	char *folder;
	struct run *r = open_bundle(owner, keys, &folder, NULL);

	play(owner, r, keys);
	talloc_free(r);
	return folder;
}

char *
bundle_make_of(const void *owner, const char *keys, const char *executor,
    void (*played)(struct run *r))
{
	char *folder;
	struct run *r = open_bundle(owner, keys, &folder,
	    sample_json(executor));
	struct error err = { 0 };

	sample_append(r, EVENT_ENGINE_STARTED, "{'pid': 1, 'host': 'h'}");
	sample_append(r, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	played(r);
	assert_ok(run_close(r, "done", NULL, NULL, NULL, &err), &err);
	talloc_free(r);
	return folder;
}

char *
bundle_copy(const void *owner, const char *folder)
{
	char *to = path_join(owner, temp_folder(owner), "bundle");
	const char *const argv[] = { "cp", "-r", folder, to, NULL };

	command_output(owner, argv);
	return to;
}

json_t *
bundle_read(const char *folder)
{
	void *scratch = talloc_new(NULL);
	char *text = slurp(scratch, run_journal_path(scratch, folder));
	json_t *bodies = json_array(), *record;
	struct error err = { 0 };
	char *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest)) {
		assert_ok(json_parse(line, strlen(line), &record, &err), &err);
		json_array_append(bodies, json_object_get(record, "body"));
		json_decref(record);
	}
	talloc_free(scratch);
	return bodies;
}

void
bundle_write(const char *folder, const json_t *bodies)
{
	void *scratch = talloc_new(NULL);
	struct buffer *all = buffer_new(scratch);
	char prev[SHA256_HEX_SIZE];
	struct error err = { 0 };
	size_t i;

	memset(prev, '0', sizeof(prev) - 1);
	prev[sizeof(prev) - 1] = '\0';
	for (i = 0; i < json_array_size(bodies); i++) {
		json_t *body = json_array_get(bodies, i);
		size_t from = all->size;
		char *text;

		if (str_equal(json_str(body, "type"), "run_closed")) {
			json_object_set_new(body, "count",
			    json_integer((json_int_t)i));
			json_object_set_new(body, "head", json_string(prev));
		}
		text = json_stable(scratch, body);
		journal_line_print(all, text, strlen(text), prev,
		    (int64_t)i + 1);
		sha256_of(all->data + from, all->size - from, prev);
		buffer_add(all, "\n", 1);
	}
	assert_ok(file_write_atomic(run_journal_path(scratch, folder),
	    all->data, all->size, 0600, &err), &err);
	talloc_free(scratch);
}

json_t *
bundle_find(json_t *bodies, const char *type, size_t *index)
{
	for (; *index < json_array_size(bodies); (*index)++)
		if (str_equal(json_str(json_array_get(bodies, *index), "type"),
		    type))
			return json_array_get(bodies, *index);
	fail_msg("there is no \"%s\"", type);
	return NULL;
}

char *
bundle_hash(const void *owner, const char *folder, size_t index)
{
	char *text = slurp(owner, run_journal_path(owner, folder));
	char hex[SHA256_HEX_SIZE], *line, *rest;
	size_t i = 0;

	for (line = strtok_r(text, "\n", &rest); line != NULL && i < index;
	    line = strtok_r(NULL, "\n", &rest))
		i++;
	assert_non_null(line);
	sha256_of(line, strlen(line), hex);
	return mem_strdup(owner, hex);
}

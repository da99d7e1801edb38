/* tests/run/sample.c - a small run, for tests. */

#include "harness/test.h"

#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "run/sample.h"

json_t *
sample_json(const char *text)
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

json_t *
sample_opened(void)
{
	return sample_json("{'run': 'r1', 'version': '1', 'host': 'h',"
	    "'operator': {'principal': 'ana', 'user': 'ana', 'uid': 1000},"
	    "'window': {'name': 'w', 'title': 'The window',"
	    "  'start': '2026-11-27T01:00:00.000Z', 'files': []},"
	    "'plan': {'phases': ["
	    " {'name': 'main', 'title': 'Main', 'description': null,"
	    "  'is_rollback': false, 'steps': ["
	    "  {'id': 'main/look', 'name': 'Look', 'kind': 'check',"
	    "   'class': 'R', 'target': 'shop', 'estimate_ms': 1000},"
	    "  {'id': 'main/add', 'name': 'Add', 'kind': 'sql', 'class': 'A',"
	    "   'target': 'shop', 'on_failure': 'continue'},"
	    "  {'id': 'main/drop', 'name': 'Drop', 'kind': 'sql',"
	    "   'class': 'B', 'target': 'shop'}]},"
	    " {'name': 'back', 'title': 'Back', 'is_rollback': true,"
	    "  'steps': [{'id': 'back/back', 'name': 'Back', 'kind': 'sql',"
	    "   'class': 'R'}]}]}}");
}

struct run *
sample_run(const void *owner, char **folder)
{
	struct journal_torn torn;
	struct error err = { 0 };
	struct run *r;

	*folder = temp_folder(owner);
	r = run_open(owner, *folder, &torn, &err);
	assert_got(r, &err);
	assert_ok(run_append(r, EVENT_RUN_OPENED, sample_opened(), &err), &err);
	sample_append(r, EVENT_ENGINE_STARTED, "{'pid': 1, 'host': 'h'}");
	sample_append(r, EVENT_RUN_STARTED, "{'principal': 'ana'}");
	return r;
}

void
sample_append(struct run *r, enum event_type t, const char *fields)
{
	struct error err = { 0 };

	assert_ok(run_append(r, t, sample_json(fields), &err), &err);
}

void
sample_refuses(struct run *r, enum event_type t, const char *fields,
    const char *because)
{
	int64_t before = journal_count(r->journal);
	struct error err = { 0 };

	assert_error(run_append(r, t, sample_json(fields), &err), &err,
	    ERR_INTERNAL);
	assert_contains(err.primary, because);
	assert_int_equal(journal_count(r->journal), before);
}

const char *
sample_plan(struct run *r, const char *step, int attempt, const char *class_,
    const char *text)
{
	json_t *shown = json_pack("{s:s}", "text", text);
	char *stable = json_stable(r, shown), *digest = NEW_ARRAY(r, char, 65);
	struct error err = { 0 };

	sha256_of(stable, strlen(stable), digest);
	assert_ok(run_append(r, EVENT_STEP_PLANNED, json_pack(
	    "{s:s, s:i, s:s, s:s, s:o}", "step", step, "attempt", attempt,
	    "class", class_, "digest", digest, "shown", shown), &err), &err);
	return digest;
}

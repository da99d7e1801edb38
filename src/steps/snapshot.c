/*
 * steps/snapshot.c - kind "snapshot": the schema as a file, and its
 * fingerprint.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "schema/snapshot.h"
#include "steps/kind.h"
#include "steps/plan.h"
#include "steps/spec.h"

struct snapshot_spec {
	const char	*database;
};

static int
plan(struct attempt *a, struct error *err)
{
	(void)err;
	plan_text(a, CLASS_R, "reads the catalog",
	    "read the schema, write schema.json");
	return 0;
}

static int
keep(struct attempt *a, const struct schema_snapshot *snapshot,
    struct error *err)
{
	json_t *j = schema_to_json(snapshot);
	char *text = json_pretty(NULL, j), *path = NULL;
	int rc;

	json_decref(j);
	rc = attempt_evidence(a, "schema.json", "schema snapshot", text,
	    strlen(text), &path, err);
	talloc_free(text);
	if (rc < 0)
		return -1;
	return attempt_register(a, json_pack("{s:s, s:s, s:I}", "fingerprint",
	    schema_fingerprint(snapshot), "file", path, "objects",
	    (json_int_t)snapshot->count), err);
}

static int
run(struct attempt *a, struct error *err)
{
	const struct snapshot_spec *spec = a->step->spec;
	struct schema_snapshot *snapshot = NULL;
	struct pg_session *s;
	char *database = NULL;
	int rc = -1;

	if (spec->database != NULL && (database = attempt_expand(a, a,
	    spec->database, err)) == NULL)
		return -1;
	s = attempt_session(a, NULL, database, err);
	if (s != NULL)
		snapshot = schema_read(NULL, s, err);
	if (snapshot != NULL && attempt_printf(a, err,
	    "%zu objects, fingerprint %s\n", snapshot->count,
	    schema_fingerprint(snapshot)) == 0)
		rc = keep(a, snapshot, err);
	talloc_free(snapshot);
	return rc;
}

static enum step_class
deserves(const struct step *s, char *why, size_t why_size)
{
	(void)s;
	snprintf(why, why_size, "reads the catalog");
	return CLASS_R;
}

static const struct key keys[] = {
	KEY_DATABASE(snapshot_spec),
	KEY_END
};

const struct step_kind kind_snapshot = {
	{ "snapshot", "writes the schema and its fingerprint to evidence",
	  NULL, keys, sizeof(struct snapshot_spec), NULL, NULL, deserves },
	plan, run, NULL
};

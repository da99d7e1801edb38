/*
 * engine/evidence.c - files that an engine which died has left in the bundle.
 *
 * A file of evidence gets its name first and its record then; a crash between
 * the two leaves one that nothing vouches for.  It gets its record when the
 * run goes on, and the record says how.
 */

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/private.h"

#define DEPTH_MAX	32

/* Names of all that have a record: a set. */
static json_t *
recorded(const struct run_state *s)
{
	json_t *names = memory_check(json_object());
	size_t i;

	for (i = 0; i < s->artifact_count; i++)
		json_object_set_new(names, s->artifacts[i].name, json_true());
	return names;
}

static int
record(struct engine *e, const char *path, const char *name,
    struct error *err)
{
	char hex[SHA256_HEX_SIZE];
	int64_t size;

	if (sha256_file(path, hex, &size, err) != 0)
		return -1;
	if (engine_append(e, EVENT_ARTIFACT, json_pack(
	    "{s:s, s:s, s:I, s:s}", "name", name, "sha256", hex, "size",
	    (json_int_t)size, "what", "left by an engine that died, hashed "
	    "when the run went on")) == 0)
		return 0;
	*err = e->fatal;
	return -1;
}

static int
look_below(struct engine *e, const json_t *names, const char *sub, int depth,
    struct error *err)
{
	char *folder = path_join(NULL, e->run->folder, sub), **list;
	size_t count = 0, i;
	int rc;

	rc = folder_list(folder, folder, &list, &count, err);
	for (i = 0; i < count && rc == 0; i++) {
		char *name = path_join(folder, sub, list[i]);
		char *path = path_join(folder, e->run->folder, name);

		/* Not finished, and by its name nobody takes it for evidence. */
		if (str_ends(name, ".part") || str_ends(name, ".partial"))
			continue;
		if (file_is_folder(path))
			rc = depth >= DEPTH_MAX ? 0 :
			    look_below(e, names, name, depth + 1, err);
		else if (json_object_get(names, name) == NULL)
			rc = record(e, path, name, err);
	}
	talloc_free(folder);
	return rc;
}

int
engine_record_leftovers(struct engine *e, struct error *err)
{
	char *folder = path_join(NULL, e->run->folder, "artifacts");
	bool is_there = file_is_folder(folder);
	json_t *names;
	int rc;

	talloc_free(folder);
	if (!is_there)
		return 0;
	names = recorded(e->run->state);
	rc = look_below(e, names, "artifacts", 0, err);
	json_decref(names);
	return rc;
}

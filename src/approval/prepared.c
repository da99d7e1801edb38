/*
 * approval/prepared.c - decisions that were written down before the run.
 *
 * A folder of JSON files; each holds one decision or a list of them.  They
 * are read anew for every step, so that a file dropped in later counts.
 */

#include <string.h>

#include "approval/approval.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"

#define PREPARED_FILE_MAX	(1 << 20)

/* New reference to the first decision in document for the step; null: none. */
static json_t *
find(json_t *document, const char *step)
{
	size_t i;
	json_t *each;

	if (json_is_object(document))
		return str_equal(json_str(document, "step"), step) ?
		    json_incref(document) : NULL;
	json_array_foreach(document, i, each) {
		json_t *found = json_is_object(each) ? find(each, step) : NULL;

		if (found != NULL)
			return found;
	}
	return NULL;
}

static int
read_file(const void *owner, const char *path, json_t **document,
    struct error *err)
{
	size_t size;
	char *text;

	if (file_read(owner, path, PREPARED_FILE_MAX, &text, &size, err) != 0)
		return -1;
	if (json_parse(text, size, document, err) != 0)
		return error_context(err, "prepared decisions in \"%s\"", path);
	json_owned(owner, *document);
	if (!json_is_object(*document) && !json_is_array(*document))
		return error_set(err, ERR_RUNBOOK, "prepared decisions in \"%s\" "
		    "are neither an object nor a list", path);
	return 0;
}

json_t *
approval_prepared(const char *folder, const char *step, struct error *err)
{
	void *scratch = memory_check(talloc_new(NULL));
	json_t *document, *found = NULL;
	size_t count;
	char **names;

	error_clear(err);
	if (folder == NULL ||
	    folder_list(scratch, folder, &names, &count, err) != 0)
		count = 0;
	for (size_t i = 0; i < count && found == NULL; i++) {
		if (!str_ends(names[i], ".json"))
			continue;
		if (read_file(scratch, path_join(scratch, folder, names[i]),
		    &document, err) != 0)
			break;
		found = find(document, step);
	}
	talloc_free(scratch);
	return found;
}

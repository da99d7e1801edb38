/* cli/data.c - the files that come with the program. */

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/data.h"

static char *
candidate(const void *owner, const char *folder, const char *name)
{
	char *path;

	if (folder == NULL || folder[0] == '\0')
		return NULL;
	path = path_join(owner, folder, name);
	if (file_exists(path))
		return path;
	talloc_free(path);
	return NULL;
}

char *
data_path(const void *owner, const char *name, struct error *err)
{
	void *scratch = memory_check(talloc_new(NULL));
	char *program = path_real(scratch, "/proc/self/exe");
	char *beside = program == NULL ? NULL : path_folder(scratch, program);
	const char *const folders[] = {
		getenv("PGRUNBOOK_DATA"), beside,
		beside == NULL ? NULL : path_folder(scratch, beside),
		PKGDATADIR,
	};
	char *found = NULL;

	for (size_t i = 0; i < COUNT_OF(folders) && found == NULL; i++)
		found = candidate(owner, folders[i], name);
	talloc_free(scratch);
	if (found != NULL)
		return found;
	error_set(err, ERR_NOT_FOUND,
	    "the files \"%s\" that come with pgrunbook are not there", name);
	error_hint(err, "PGRUNBOOK_DATA names the folder that holds them; "
	    "installed they are in %s", PKGDATADIR);
	return NULL;
}

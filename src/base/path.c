/* base/path.c - paths, and where programs are (base/file.h). */

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"

char *
path_join(const void *owner, const char *folder, const char *name)
{
	if (name[0] == '/' || folder[0] == '\0')
		return mem_strdup(owner, name);
	return mem_printf(owner, "%s%s%s", folder,
	    str_ends(folder, "/") ? "" : "/", name);
}

char *
path_folder(const void *owner, const char *path)
{
	size_t size = strlen(path);

	while (size > 1 && path[size - 1] == '/')
		size--;
	while (size > 0 && path[size - 1] != '/')
		size--;
	if (size == 0)
		return mem_strdup(owner, ".");
	while (size > 1 && path[size - 1] == '/')
		size--;
	return mem_strndup(owner, path, size);
}

const char *
path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

const char *
path_temporary(void)
{
	const char *tmp = getenv("TMPDIR");

	return tmp != NULL && *tmp != '\0' ? tmp : "/tmp";
}

char *
path_real(const void *owner, const char *path)
{
	char *raw = realpath(path, NULL);
	char *real = mem_strdup(owner, raw);

	free(raw);
	return real;
}

static bool
is_program(const char *path)
{
	return access(path, X_OK) == 0 && !file_is_folder(path);
}

static char *
find_in_path(const void *owner, const char *name)
{
	const char *p = getenv("PATH");

	if (p == NULL)
		p = "/usr/local/bin:/usr/bin:/bin";
	for (;;) {
		size_t size = strcspn(p, ":");
		char *path = mem_printf(owner, "%.*s/%s", (int)size,
		    size > 0 ? p : ".", name);

		if (size == 0) {
			talloc_free(path);
			path = mem_printf(owner, "./%s", name);
		}
		if (is_program(path))
			return path;
		talloc_free(path);
		if (p[size] == '\0')
			return NULL;
		p += size + 1;
	}
}

/*
 * Debian keeps each major version of the server apart.  Returns the one of
 * major, else the newest there is.
 */
static char *
find_versioned(const void *owner, const char *name, int major)
{
	char *pattern = mem_printf(NULL, "/usr/lib/postgresql/*/bin/%s", name);
	char *found = NULL;
	int best = -1;
	glob_t matches;
	size_t i;

	if (glob(pattern, 0, NULL, &matches) == 0) {
		for (i = 0; i < matches.gl_pathc; i++) {
			const char *path = matches.gl_pathv[i];
			int version = atoi(path + strlen("/usr/lib/postgresql/"));

			if (!is_program(path) || best == major ||
			    (version <= best && version != major))
				continue;
			best = version;
			talloc_free(found);
			found = mem_strdup(owner, path);
		}
		globfree(&matches);
	}
	talloc_free(pattern);
	return found;
}

/* Wherever pg_config of this machine says. */
static char *
find_by_pg_config(const void *owner, const char *name)
{
	char line[4096], *path = NULL;
	FILE *out = popen("pg_config --bindir 2>/dev/null", "re");

	if (out == NULL)
		return NULL;
	if (fgets(line, sizeof(line), out) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		path = path_join(owner, line, name);
		if (!is_program(path)) {
			talloc_free(path);
			path = NULL;
		}
	}
	pclose(out);
	return path;
}

static bool
is_postgres_program(const char *name)
{
	static const char *const others[] = {
		"postgres", "initdb", "psql", "createdb", "dropdb", "vacuumdb",
		"reindexdb", NULL,
	};
	size_t i;

	for (i = 0; others[i] != NULL; i++)
		if (str_equal(name, others[i]))
			return true;
	return str_starts(name, "pg_");
}

char *
program_find(const void *owner, const char *name, int server_major,
    struct error *err)
{
	char *path = NULL;

	if (strchr(name, '/') != NULL) {
		if (is_program(name))
			return mem_strdup(owner, name);
	} else if (is_postgres_program(name)) {
		/*
		 * Debian's pg_dump in PATH is a wrapper that picks a version
		 * by the cluster's; we know which one we want.
		 */
		path = find_versioned(owner, name, server_major);
		if (path == NULL)
			path = find_in_path(owner, name);
		if (path == NULL)
			path = find_by_pg_config(owner, name);
	} else {
		path = find_in_path(owner, name);
	}
	if (path == NULL) {
		error_set(err, ERR_NOT_FOUND, "could not find the program \"%s\"",
		    name);
		if (is_postgres_program(name))
			error_hint(err, "install PostgreSQL's client and server "
			    "programs, or put their folder into PATH");
	}
	return path;
}

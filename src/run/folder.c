/* run/folder.c - run folders: where they are, making and finding them. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"

#define JOURNAL	"journal.jsonl"

static char *
absolute(const void *owner, const char *path)
{
	char here[4096];

	if (*path == '/' || getcwd(here, sizeof(here)) == NULL)
		return mem_strdup(owner, path);
	return path_join(owner, here, path);
}

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

char *
runs_folder(const void *owner, const char *option)
{
	const char *base;

	if (option != NULL)
		return absolute(owner, option);
	if ((base = environment("PGRUNBOOK_RUNS")) != NULL)
		return absolute(owner, base);
	if ((base = environment("XDG_STATE_HOME")) != NULL)
		return path_join(owner, base, "pgrunbook");
	if ((base = environment("HOME")) != NULL)
		return path_join(owner, base, ".local/state/pgrunbook");
	return absolute(owner, ".pgrunbook");
}

char *
run_journal_path(const void *owner, const char *folder)
{
	return path_join(owner, folder, JOURNAL);
}

char *
run_socket_path(const void *owner, const char *folder)
{
	return path_join(owner, folder, "socket");
}

/* "20261127T010203Z" */
static char *
compact_time(const void *owner)
{
	char *text = clock_rfc3339(owner, clock_now_us());
	size_t from, to = 0;

	for (from = 0; text[from] != '\0' && text[from] != '.'; from++)
		if (text[from] != '-' && text[from] != ':')
			text[to++] = text[from];
	text[to++] = 'Z';
	text[to] = '\0';
	return text;
}

static int
make_inside(const char *folder, struct error *err)
{
	static const char *const inside[] = {
		"artifacts", "runbooks", "approvals", NULL,
	};
	size_t i;
	int rc = 0;

	for (i = 0; inside[i] != NULL && rc == 0; i++) {
		char *path = path_join(NULL, folder, inside[i]);

		rc = file_make_folder(path, 0700, err);
		talloc_free(path);
	}
	return rc;
}

char *
run_folder_create(const void *owner, const char *runs, const char *window,
    struct error *err)
{
	void *scratch = talloc_new(NULL);
	char *path = NULL;
	int tries;

	if (file_make_folder(runs, 0700, err) != 0)
		goto fail;
	for (tries = 0; ; tries++) {
		path = path_join(owner, runs, mem_printf(scratch, "%s-%s-%s",
		    compact_time(scratch), window, random_hex(scratch, 4)));
		if (mkdir(path, 0700) == 0)
			break;
		if (errno != EEXIST || tries == 8) {
			error_errno(err, ERR_IO,
			    "could not make folder \"%s\"", path);
			goto fail;
		}
		talloc_free(path);
	}
	if (file_sync_folder(runs, err) != 0 || make_inside(path, err) != 0) {
		/* Best effort: the first error is the one to tell. */
		if (file_remove_tree(path, NULL) != 0)
			error_hint(err, "folder \"%s\" was left behind", path);
		goto fail;
	}
	talloc_free(scratch);
	return path;
fail:
	talloc_free(path);
	talloc_free(scratch);
	return NULL;
}

static bool
is_run(const char *folder)
{
	char *journal = run_journal_path(NULL, folder);
	bool yes = file_exists(journal);

	talloc_free(journal);
	return yes;
}

int
run_list(const void *owner, const char *runs, char ***ids, struct error *err)
{
	void *scratch = talloc_new(NULL);
	size_t count = 0, kept = 0, i;
	char **names = NULL;

	if (file_exists(runs) &&
	    folder_list(scratch, runs, &names, &count, err) != 0) {
		talloc_free(scratch);
		return -1;
	}
	*ids = NEW_ARRAY(owner, char *, count + 1);
	for (i = count; i > 0; i--)
		if (is_run(path_join(scratch, runs, names[i - 1])))
			(*ids)[kept++] = mem_strdup(*ids, names[i - 1]);
	(*ids)[kept] = NULL;
	talloc_free(scratch);
	return 0;
}

bool
run_folder_is_closed(const char *folder)
{
	static const char closing[] = "\"type\":\"run_closed\"";
	char *path = run_journal_path(NULL, folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char tail[8192 + 1];
	bool yes = false;
	struct stat st;
	ssize_t n;

	talloc_free(path);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0) {
		off_t from = st.st_size > 8192 ? st.st_size - 8192 : 0;

		n = pread(fd, tail, sizeof(tail) - 1, from);
		if (n > 0 && tail[n - 1] == '\n') {
			char *line;

			tail[n - 1] = '\0';
			line = memrchr(tail, '\n', (size_t)n - 1);
			yes = strstr(line != NULL ? line : tail, closing) !=
			    NULL;
		}
	}
	close(fd);
	return yes;
}

/* "The runs in F are: a, b, c." as the error's detail. */
static void
tell_runs(const char *runs, char **ids, const char *prefix, struct error *err)
{
	struct buffer *b = buffer_new(NULL);
	size_t i, told = 0;

	for (i = 0; ids[i] != NULL && told < 10; i++) {
		if (!str_starts(ids[i], prefix))
			continue;
		buffer_printf(b, "%s%s", told++ > 0 ? ", " : "", ids[i]);
	}
	if (told == 0)
		error_detail(err, "There is no run in \"%s\".", runs);
	else
		error_detail(err, "Runs in \"%s\", newest first: %s%s", runs,
		    b->data, ids[i] != NULL ? ", …" : "");
	talloc_free(b);
}

static char *
find_newest(const void *owner, const char *runs, char **ids, struct error *err)
{
	size_t i;

	if (ids[0] == NULL) {
		error_set(err, ERR_NOT_FOUND, "there is no run yet");
		error_hint(err, "\"pgrunbook run FILE\" starts one; runs are "
		    "looked for in \"%s\"", runs);
		return NULL;
	}
	for (i = 0; ids[i] != NULL; i++) {
		char *path = path_join(owner, runs, ids[i]);

		if (!run_folder_is_closed(path))
			return path;
		talloc_free(path);
	}
	return path_join(owner, runs, ids[0]);
}

static char *
find_named(const void *owner, const char *runs, char **ids, const char *name,
    struct error *err)
{
	const char *found = NULL;
	size_t i, matches = 0;

	for (i = 0; ids[i] != NULL; i++) {
		if (strcmp(ids[i], name) == 0)
			return path_join(owner, runs, ids[i]);
		if (str_starts(ids[i], name)) {
			found = ids[i];
			matches++;
		}
	}
	if (matches == 1)
		return path_join(owner, runs, found);
	if (matches > 1) {
		error_set(err, ERR_NOT_FOUND,
		    "\"%s\" is the beginning of %zu runs", name, matches);
		tell_runs(runs, ids, name, err);
	} else {
		error_set(err, ERR_NOT_FOUND, "there is no run \"%s\"", name);
		tell_runs(runs, ids, "", err);
	}
	return NULL;
}

char *
run_folder_find(const void *owner, const char *runs, const char *name,
    struct error *err)
{
	char **ids = NULL, *found = NULL;

	if (name != NULL && *name != '\0' && is_run(name))
		return path_real(owner, name);
	if (run_list(NULL, runs, &ids, err) != 0)
		return NULL;
	if (name == NULL)
		found = find_newest(owner, runs, ids, err);
	else
		found = find_named(owner, runs, ids, name, err);
	talloc_free(ids);
	return found;
}

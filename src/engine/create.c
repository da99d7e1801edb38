/*
 * engine/create.c - a new run's runbooks, frozen.
 *
 * All files go under the folder that they have in common, so that the ones
 * name the others as before.  created.json tells the engine what was copied;
 * the first record of the journal then says it for good.
 */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/create.h"
#include "run/folder.h"
#include "runbook/load.h"
#include "runbook/node.h"
#include "steps/kind.h"

struct frozen {
	void		*scratch;
	char		**paths;	/* absolute, resolved; no two the same */
	size_t		 count;
	char		*root;		/* the folder that they have in common */
};

static void
add_path(struct frozen *f, const char *path)
{
	char *real = path != NULL ? path_real(f->scratch, path) : NULL;
	size_t i;

	if (real == NULL)
		return;
	for (i = 0; i < f->count; i++)
		if (strcmp(f->paths[i], real) == 0)
			return;
	GROW(f->scratch, f->paths, char *, f->count + 1);
	f->paths[f->count++] = real;
}

/* "sql_file: FILE" is part of the runbook, as if it stood there. */
static void
add_sql_file(struct frozen *f, const struct step *s)
{
	const struct node *n = s->node != NULL ?
	    node_get(s->node, "sql_file") : NULL;
	char *folder;

	if (n != NULL && n->type == NODE_MAP)
		n = node_get(n, "sql_file") != NULL ? node_get(n, "sql_file") :
		    node_get(n, "file");
	if (n == NULL || n->type != NODE_SCALAR || n->text[0] == '/' ||
	    strstr(n->text, "{{") != NULL)
		return;
	folder = path_folder(f->scratch, s->file);
	add_path(f, path_join(f->scratch, folder, n->text));
}

static void
add_runbook(struct frozen *f, const struct runbook *r)
{
	const struct include *in;
	size_t i;

	add_path(f, r->file);
	for (i = 0; i < r->step_count; i++) {
		const struct step *s = r->steps[i];

		add_path(f, s->file);
		for (in = s->include; in != NULL; in = in->outer)
			add_path(f, in->file);
		add_sql_file(f, s);
	}
}

static void
find_root(struct frozen *f)
{
	size_t i, size;

	f->root = path_folder(f->scratch, f->paths[0]);
	for (i = 1; i < f->count; i++)
		for (;;) {
			size = strcmp(f->root, "/") == 0 ? 0 : strlen(f->root);
			if (strncmp(f->paths[i], f->root, size) == 0 &&
			    f->paths[i][size] == '/')
				break;
			f->root = path_folder(f->scratch, f->root);
		}
}

static const char *
relative(const struct frozen *f, const char *path)
{
	size_t size = strcmp(f->root, "/") == 0 ? 0 : strlen(f->root);

	return path + size + 1;
}

static int
copy_one(struct frozen *f, const char *runbooks, const char *path,
    json_t *files, struct error *err)
{
	char *to = path_join(f->scratch, runbooks, relative(f, path));
	char *folder = path_folder(f->scratch, to);
	char hex[SHA256_HEX_SIZE];
	int64_t size;

	if (file_make_folder(folder, 0700, err) != 0 ||
	    file_copy(path, to, 0600, err) != 0 ||
	    sha256_file(to, hex, &size, err) != 0)
		return -1;
	json_array_append_new(files, memory_check(json_pack("{s:s, s:s}",
	    "path", relative(f, path), "sha256", hex)));
	return 0;
}

/* The values and the name of the run that is rolled back. */
static int
inherit(json_t *created, const char *rollback_of, struct error *err)
{
	struct run_state *was;

	if (rollback_of == NULL)
		return 0;
	was = run_state_load(NULL, rollback_of, err);
	if (was == NULL)
		return -1;
	json_object_set_new(created, "rollback_of", json_string(was->run));
	json_object_set(created, "values", was->values);
	talloc_free(was);
	return 0;
}

/* Where the frozen copy of a file of keys is; null: there is none. */
static void
put_keys(const struct frozen *f, json_t *created, const char *name,
    const char *path)
{
	char *real = path != NULL ? path_real(f->scratch, path) : NULL;

	if (real != NULL)
		json_object_set_new(created, name, memory_check(json_pack(
		    "{s:s, s:s}", "path", relative(f, real), "from", real)));
}

static int
freeze(struct frozen *f, const struct window *w, const char *folder,
    const char *rollback_of, struct error *err)
{
	char *runbooks = path_join(f->scratch, folder, "runbooks"), *text;
	char *main_file = path_real(f->scratch, w->file);
	json_t *files = memory_check(json_array()), *created;
	size_t i;
	int rc = 0;

	created = memory_check(json_pack("{s:s, s:s, s:o}", "file",
	    relative(f, main_file), "root", f->root, "files", files));
	put_keys(f, created, "signers", w->signers);
	put_keys(f, created, "revoked", w->revoked);
	/* Of one that was killed amid it there may be a file by half. */
	if (file_exists(runbooks))
		rc = file_remove_tree(runbooks, err);
	for (i = 0; i < f->count && rc == 0; i++)
		rc = copy_one(f, runbooks, f->paths[i], files, err);
	if (rc == 0)
		rc = inherit(created, rollback_of, err);
	if (rc == 0) {
		text = json_pretty(f->scratch, created);
		rc = file_write_atomic(path_join(f->scratch, folder,
		    CREATED_FILE), text, strlen(text), 0600, err);
	}
	json_decref(created);
	return rc;
}

int
engine_freeze(const char *folder, const char *file, const char *rollback_of,
    struct error *err)
{
	struct frozen f = { .scratch = talloc_new(NULL) };
	struct lint *l = lint_new(f.scratch);
	struct window *w = window_load(f.scratch, file, step_kinds(), l);
	size_t i;
	int rc;

	if (w == NULL) {
		lint_print(l, stderr);
		rc = error_set(err, ERR_RUNBOOK, "\"%s\" does not pass lint",
		    file);
	} else if (rollback_of != NULL && w->rollback == NULL) {
		rc = error_set(err, ERR_RUNBOOK,
		    "\"%s\" has no rollback runbook", file);
	} else {
		add_path(&f, w->file);
		for (i = 0; i < w->phase_count; i++)
			add_runbook(&f, w->phases[i]);
		if (w->rollback != NULL)
			add_runbook(&f, w->rollback);
		add_path(&f, w->signers);
		add_path(&f, w->revoked);
		find_root(&f);
		rc = freeze(&f, w, folder, rollback_of, err);
	}
	talloc_free(f.scratch);
	return rc;
}

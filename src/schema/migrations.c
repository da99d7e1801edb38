/* schema/migrations.c - a folder of migrations, in its layout's order. */

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/expected.h"

#define SUPABASE_NAME		"^([0-9]+)_(.*)\\.sql$"
/* Its own versions are times; "001_init.sql" is a folder of another kind. */
#define SUPABASE_VERSION	"^[0-9]{14}_.*\\.sql$"
#define MIGRATION_MAX_BYTES	((size_t)64 * 1024 * 1024)

/* The file that name stands for; null where it is no migration. */
static char *
migration_path(const void *owner, const char *folder, const char *name,
    enum migrations_layout layout)
{
	char *path = path_join(owner, folder, name);

	switch (layout) {
	case LAYOUT_PRISMA:
		return file_is_folder(path) ?
		    path_join(owner, path, "migration.sql") : NULL;
	case LAYOUT_SUPABASE:
		return str_matches(name, SUPABASE_NAME) ? path : NULL;
	case LAYOUT_SQL:
		return str_ends(name, ".sql") && !file_is_folder(path) ?
		    path : NULL;
	}
	return NULL;
}

/* Prisma writes down which database the folder is for. */
static int
check_lock_file(const void *scratch, const char *folder, struct error *err)
{
	char *path = path_join(scratch, folder, "migration_lock.toml");
	char *text, *line;
	size_t size;

	if (!file_exists(path))
		return 0;
	if (file_read(scratch, path, MIGRATION_MAX_BYTES, &text, &size, err) < 0)
		return -1;
	line = strstr(text, "provider");
	if (line != NULL && strncmp(line + strcspn(line, "\"\n"),
	    "\"postgres", 9) != 0) {
		error_set(err, ERR_RUNBOOK,
		    "the migrations are for another database system");
		error_detail(err, "%.*s", (int)strcspn(line, "\n"), line);
		error_at(err, path, 1, 1);
		return -1;
	}
	return 0;
}

static int
read_one(const void *owner, struct migration *m, const char *name,
    const char *path, struct error *err)
{
	char *text;

	if (!file_exists(path)) {
		error_set(err, ERR_RUNBOOK, "migration \"%s\" has no file \"%s\"",
		    name, path_name(path));
		error_at(err, path, 1, 1);
		return -1;
	}
	if (file_read(owner, path, MIGRATION_MAX_BYTES, &text, &m->size_bytes,
	    err) < 0)
		return -1;
	if (strlen(text) != m->size_bytes || !utf8_valid(text, m->size_bytes)) {
		error_set(err, ERR_RUNBOOK, "migration \"%s\" is no UTF-8 text",
		    name);
		error_at(err, path, 1, 1);
		return -1;
	}
	sha256_of(text, m->size_bytes, m->sha256);
	m->name = mem_strdup(owner, name);
	m->path = path;
	m->sql = text;
	return 0;
}

int
migrations_layout_of(const char *folder, enum migrations_layout *layout,
    struct error *err)
{
	void *scratch = talloc_new(NULL);
	size_t count, versioned = 0, plain = 0;
	char **names;

	if (folder_list(scratch, folder, &names, &count, err) < 0) {
		talloc_free(scratch);
		return -1;
	}
	*layout = LAYOUT_SQL;
	for (size_t i = 0; i < count; i++) {
		char *path = migration_path(scratch, folder, names[i],
		    LAYOUT_PRISMA);

		if (path != NULL && file_exists(path))
			*layout = LAYOUT_PRISMA;
		else if (str_matches(names[i], SUPABASE_VERSION))
			versioned++;
		else if (str_ends(names[i], ".sql"))
			plain++;
	}
	/* Supabase passes by what has no version. */
	if (*layout == LAYOUT_SQL && versioned > 0 && (plain == 0 ||
	    str_ends(folder, "supabase/migrations")))
		*layout = LAYOUT_SUPABASE;
	talloc_free(scratch);
	return 0;
}

/* psql's own commands mean nothing to the server; pg_dump writes two. */
static char *
without_restrict(const void *owner, const char *sql)
{
	char *text = mem_strdup(owner, sql), *line = text;

	while (line != NULL && *line != '\0') {
		if (str_starts(line, "\\restrict ") ||
		    str_starts(line, "\\unrestrict "))
			memset(line, ' ', strcspn(line, "\n"));
		line = strchr(line, '\n');
		line += line != NULL;
	}
	return text;
}

int
migrations_read_file(const void *owner, const char *path,
    struct migration **list, size_t *count, struct error *err)
{
	struct migration *m = NEW_ARRAY(owner, struct migration, 1);

	if (read_one(m, m, path_name(path), mem_strdup(m, path), err) < 0) {
		talloc_free(m);
		return -1;
	}
	m->sql = without_restrict(m, m->sql);
	*list = m;
	*count = 1;
	return 0;
}

int
migrations_read(const void *owner, const char *folder,
    enum migrations_layout layout, struct migration **list, size_t *count,
    struct error *err)
{
	struct migration *result;
	char **names;
	size_t name_count;

	*count = 0;
	result = NEW_ARRAY(owner, struct migration, 1);
	if (folder_list(result, folder, &names, &name_count, err) < 0)
		goto failed;
	if (layout == LAYOUT_PRISMA && check_lock_file(result, folder, err) < 0)
		goto failed;
	GROW(owner, result, struct migration, name_count + 1);
	for (size_t i = 0; i < name_count; i++) {
		char *path = migration_path(result, folder, names[i], layout);

		if (path == NULL)
			continue;
		result[*count] = (struct migration){ 0 };
		if (read_one(result, &result[*count], names[i], path, err) < 0)
			goto failed;
		(*count)++;
	}
	*list = result;
	return 0;
failed:
	talloc_free(result);
	*count = 0;
	return -1;
}

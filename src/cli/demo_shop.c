/* cli/demo_shop.c - what the demo works on. */

#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/demo_shop.h"
#include "cli/scratch_server.h"
#include "postgres/session.h"

#define SQL_MAX	((size_t)1 << 20)

/* As Prisma makes it. */
static const char bookkeeping[] =
	"CREATE TABLE _prisma_migrations ("
	" id varchar(36) PRIMARY KEY NOT NULL,"
	" checksum varchar(64) NOT NULL,"
	" finished_at timestamptz,"
	" migration_name varchar(255) NOT NULL,"
	" logs text,"
	" rolled_back_at timestamptz,"
	" started_at timestamptz NOT NULL DEFAULT now(),"
	" applied_steps_count integer NOT NULL DEFAULT 0)";

static const char record[] =
	"INSERT INTO _prisma_migrations"
	" (id, checksum, migration_name, started_at, finished_at,"
	"  applied_steps_count)"
	" VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp(), 1)";

static struct pg_session *
open_database(const void *owner, struct loop *l, const char *folder,
    const char *dbname, struct error *err)
{
	const struct pg_options options = { .application_name = "pgrunbook demo" };
	char *url = scratch_server_url(owner, folder, dbname);
	struct pg_target *target = pg_target_parse(owner, url, err);

	return target == NULL ? NULL : pg_open(owner, l, target, &options, err);
}

static int
run_file(struct pg_session *s, const char *path, char **text, size_t *size,
    struct error *err)
{
	if (file_read(s, path, SQL_MAX, text, size, err) != 0)
		return -1;
	if (pg_exec_script(s, *text, err) != 0)
		return error_context(err, "\"%s\"", path);
	return 0;
}

static int
run_data(struct pg_session *s, const char *data, const char *name,
    struct error *err)
{
	size_t size;
	char *text;

	return run_file(s, path_join(s, data, name), &text, &size, err);
}

static int
replay(struct pg_session *s, const char *migrations, const char *name,
    struct error *err)
{
	char *folder = path_join(s, migrations, name), *text;
	char checksum[SHA256_HEX_SIZE];
	const char *const params[] = { uuid_new(s), checksum, name };
	size_t size;

	if (run_file(s, path_join(s, folder, "migration.sql"), &text, &size,
	    err) != 0)
		return -1;
	sha256_of(text, size, checksum);
	return pg_exec(s, s, record, COUNT_OF(params), params, NULL, err);
}

static int
replay_all(struct pg_session *s, const char *data, struct error *err)
{
	char *migrations = path_join(s, data, "demo/migrations"), **names;
	size_t count;

	if (folder_list(s, migrations, &names, &count, err) != 0 ||
	    pg_exec(s, s, bookkeeping, 0, NULL, NULL, err) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char *folder = path_join(s, migrations, names[i]);

		if (file_is_folder(folder) &&
		    replay(s, migrations, names[i], err) != 0)
			return -1;
	}
	return 0;
}

static int
fill(const void *owner, struct loop *l, const char *folder, const char *data,
    const char *environment, struct error *err)
{
	struct pg_session *server = open_database(owner, l, folder, "postgres",
	    err), *shop;
	char *setting = mem_printf(owner,
	    "ALTER DATABASE shop SET pgrunbook.environment = %s",
	    pg_quote_literal(owner, environment));

	if (server == NULL ||
	    pg_exec(owner, server, "CREATE DATABASE shop", 0, NULL, NULL, err) != 0 ||
	    pg_exec(owner, server, setting, 0, NULL, NULL, err) != 0)
		return -1;
	shop = open_database(owner, l, folder, "shop", err);
	if (shop == NULL || replay_all(shop, data, err) != 0 ||
	    run_data(shop, data, "demo/seed.sql", err) != 0 ||
	    run_data(shop, data, "demo/drift.sql", err) != 0)
		return -1;
	return 0;
}

int
demo_shop_fill(const char *folder, const char *data, const char *environment,
    struct error *err)
{
	void *scratch = memory_check(talloc_new(NULL));
	int rc = fill(scratch, loop_new(scratch), folder, data, environment, err);

	talloc_free(scratch);
	return rc;
}

/* ---- the window ------------------------------------------------------ */

static int
copy_tree(const char *from, const char *to, struct error *err)
{
	void *scratch = memory_check(talloc_new(NULL));
	size_t count;
	char **names;
	int rc = -1;

	if (file_make_folder(to, 0700, err) != 0 ||
	    folder_list(scratch, from, &names, &count, err) != 0)
		goto done;
	for (size_t i = 0; i < count; i++) {
		char *in = path_join(scratch, from, names[i]);
		char *out = path_join(scratch, to, names[i]);

		/* 0700: the guard script is among them. */
		if (file_is_folder(in) ? copy_tree(in, out, err) != 0 :
		    file_copy(in, out, 0700, err) != 0)
			goto done;
	}
	rc = 0;
done:
	talloc_free(scratch);
	return rc;
}

/* Exactly one place, or the shipped window is not what this code knows. */
static int
replace_once(char **text, const char *old, const char *new, struct error *err)
{
	const char *at = strstr(*text, old);

	if (at == NULL || strstr(at + 1, old) != NULL)
		return error_set(err, ERR_INTERNAL,
		    "the shipped window does not hold \"%s\" once", old);
	*text = mem_printf(talloc_parent(*text), "%.*s%s%s", (int)(at - *text),
	    *text, new, at + strlen(old));
	return 0;
}

static int
point_window(const void *scratch, const char *folder, const char *path,
    const char *environment, struct error *err)
{
	char *text, *shared = mem_printf(scratch,
	    "{url: \"%s\", environment: %s}",
	    scratch_server_url(scratch, folder, "shop"), environment);
	size_t size;

	if (file_read(scratch, path, SQL_MAX, &text, &size, err) != 0 ||
	    replace_once(&text, "{url: \"env:DATABASE_URL\", environment: shared}",
	    shared, err) != 0 ||
	    /* Here one person plays all parts. */
	    replace_once(&text, "reviewer: {not: executor}", "reviewer: {}",
	    err) != 0)
		return -1;
	return file_write_atomic(path, text, strlen(text), 0600, err);
}

int
demo_window_write(const void *owner, const char *folder, const char *data,
    const char *environment, char **window, struct error *err)
{
	void *scratch = memory_check(talloc_new(NULL));
	char *runbooks = path_join(scratch, folder, "runbooks");
	int rc = -1;

	*window = path_join(owner, runbooks, "reconcile.yaml");
	if (copy_tree(data, runbooks, err) == 0 &&
	    file_copy(path_join(scratch, data, "demo/workers.sql"),
	    path_join(scratch, runbooks, "queries/workers.sql"), 0600, err) == 0 &&
	    point_window(scratch, folder, *window, environment, err) == 0)
		rc = 0;
	talloc_free(scratch);
	return rc;
}

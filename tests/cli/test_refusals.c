/*
 * tests/cli/test_refusals.c - what the shipped runbooks refuse, each of them
 * walked on a real server: a parameter that is missing or wrong, a database
 * that is another, and what the steps themselves find.  What people have not
 * said: test_consent.c.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/books.h"
#include "cli/shelf.h"
#include "harness/cluster.h"
#include "harness/web.h"
#include "runbook/node.h"

/* ---- parameters ---------------------------------------------------------- */

static const struct node *
load(struct shelf *s, const char *name)
{
	struct node *n = node_load(s, path_join(s, s->folder, name),
	    lint_new(s));

	assert_non_null(n);
	return n;
}

static const char *
text_of(const struct node *map, const char *key)
{
	const struct node *n = map != NULL && map->type == NODE_MAP ?
	    node_get(map, key) : NULL;

	return n != NULL && n->type == NODE_SCALAR ? n->text : NULL;
}

/* A value that the parameter takes. */
static const char *
good_value(const struct node *param)
{
	const char *of_default = param->type == NODE_SCALAR ? param->text :
	    text_of(param, "default");

	return of_default != NULL ? of_default : "ABC-1";
}

/* "run" with all parameters but one, which is value (null: not given). */
static struct told
run_without(struct shelf *s, const char *name, const struct node *params,
    size_t which, const char *value)
{
	const char *argv[64] = { mem_printf(s, "%s/pgrunbook", test_builddir()),
		"run", "--headless", "--as=ana", name };
	size_t n = 5, i;

	for (i = 0; i < params->count; i++) {
		const char *given = i == which ? value :
		    good_value(params->items[i]);

		assert_true(n < COUNT_OF(argv) - 1);
		if (given != NULL)
			argv[n++] = mem_printf(s, "--var=%s=%s",
			    params->keys[i]->text, given);
	}
	return program_run(s, s->folder, argv);
}

static size_t
refuse_params(struct shelf *s, const char *name)
{
	const struct node *params = node_get(load(s, name), "params");
	size_t i, found = 0;

	for (i = 0; params != NULL && i < params->count; i++) {
		const struct node *p = params->items[i];
		char *says = mem_printf(s, "parameter \"%s\"",
		    params->keys[i]->text);

		if (p->type == NODE_MAP && node_get(p, "default") == NULL) {
			walk_stops(run_without(s, name, params, i, NULL), 2,
			    says);
			found++;
		}
		if (text_of(p, "pattern") != NULL || text_of(p, "type") !=
		    NULL) {
			walk_stops(run_without(s, name, params, i, "!"), 2,
			    says);
			found++;
		}
		if (text_of(p, "max") != NULL) {
			walk_stops(run_without(s, name, params, i,
			    mem_printf(s, "%s0", text_of(p, "max"))), 2, says);
			walk_stops(run_without(s, name, params, i, "0"), 2,
			    says);
		}
	}
	return found;
}

static void
each_parameter_that_is_missing_or_wrong_is_named(void **state UNUSED)
{
	struct shelf *s = shelf_new();
	char **names;
	size_t count, i, found = 0;
	struct error err;

	assert_ok(folder_list(s, s->folder, &names, &count, &err), &err);
	for (i = 0; i < count; i++)
		if (str_ends(names[i], ".yaml"))
			found += refuse_params(s, names[i]);
	/* As many as there were when this was written, at least. */
	assert_true(found >= 40);
	assert_false(file_exists(path_join(s, s->folder, "runs")));
	talloc_free(s);
}

/* ---- the database -------------------------------------------------------- */

static void
a_database_that_is_not_there_or_another_is_refused(void **state UNUSED)
{
	const struct book *b;

	for (b = books; b->name != NULL; b++) {
		struct shelf *s = shelf_new();
		char *kept = mem_strdup(s, getenv(b->variable));

		book_prepare(s, b);
		unsetenv(b->variable);
		walk_stops(book_walk(s, b), 7, mem_printf(s,
		    "variable %s is not set", b->variable));
		setenv(b->variable, "postgresql://me@127.0.0.1:1/shop", 1);
		walk_stops(book_walk(s, b), 7, "could not connect");
		setenv(b->variable, kept, 1);
		shelf_is(s, s->database, "production");
		if (!b->is_production)
			walk_stops(book_walk(s, b), 7,
			    "its database says that it is production");
		assert_false(file_exists(path_join(s, s->folder, "calls")));
		talloc_free(s);
	}
}

/* ---- what steps find ------------------------------------------------------- */

struct refusal {
	const char	*book;
	const char	*title;
	void		(*before)(struct shelf *s);
	const char	*var;		/* "--var=..."; null */
	int		 status;
	const char	*says;
	const char	*holds;		/* SQL on the database that is true after; null */
};

static void
was_edited(struct shelf *s)
{
	program_in(s, s->folder, "migrations", "resolve", "--applied",
	    "20260101000000_init", NULL);
	shelf_migration(s, "20260101000000_init", "SELECT 1;\n");
}

static void
is_missing(struct shelf *s)
{
	struct error err;

	program_in(s, s->folder, "migrations", "resolve", "--applied",
	    "20260101000000_init", NULL);
	cluster_sql(s->database, "create table users (id int primary key)");
	assert_ok(file_remove_tree(path_join(s, s->folder,
	    "prisma/migrations/20260101000000_init"), &err), &err);
}

static void
has_failed(struct shelf *s)
{
	shelf_failed(s, "20260101000000_init", NULL);
}

static void
a_migration_is_broken(struct shelf *s)
{
	shelf_migration(s, "20260105000000_bad", "CREATE TABLE half (a int);\n"
	    "SELECT 1/0;\n");
}

static void
a_policy_is_broken(struct shelf *s)
{
	temp_file(s, s->folder, "supabase/migrations/20260101000000_policy.sql",
	    "create policy own on nowhere using (true);\n");
}

static void
supabase_knows_another(struct shelf *s)
{
	cluster_sql(s->database, "create schema supabase_migrations; create"
	    " table supabase_migrations.schema_migrations (version text"
	    " primary key, statements text[], name text); insert into"
	    " supabase_migrations.schema_migrations values ('20250101000000')");
}

static void
there_are_no_migrations(struct shelf *s)
{
	struct error err;

	cluster_sql(s->database, "create table kept (a int)");
	assert_ok(file_remove_tree(path_join(s, s->folder,
	    "prisma/migrations"), &err), &err);
}

static void
the_disk_is_full(struct shelf *s)
{
	shelf_stand_in(s, "df", "echo head; echo 'x 1 1 10 1 /'");
}

static void
npm_fails(struct shelf *s)
{
	shelf_stand_in(s, "npm", "echo 'no lock file' >&2; exit 1");
}

static void
scale_fails(struct shelf *s)
{
	shelf_stand_in(s, "scale", "exit 3");
}

static void
there_is_no_npm(struct shelf *s)
{
	shelf_stand_in(s, "npm", "");
	assert_int_equal(remove(path_join(s, s->bin, "npm")), 0);
	setenv("PATH", mem_printf(s, "%s:/usr/bin:/bin", s->bin), 1);
}

static void
the_env_file_is_not_there(struct shelf *s)
{
	assert_int_equal(remove(path_join(s, s->folder, ".env.staging")), 0);
}

static void
may_not_create(struct shelf *s)
{
	cluster_sql(s->database, "do 'begin if to_regrole(''reader'') is null"
	    " then create role reader login; end if; end'; revoke create on"
	    " schema public from public");
	setenv("STAGING_URL", cluster_url_as(s, s->database, "reader"), 1);
}

static void
the_mirror_is_another_table(struct shelf *s)
{
	cluster_sql(s->other, "drop table facts; create table facts (a int)");
}

static void
the_backup_is_damaged(struct shelf *s)
{
	const char *damage[] = { "sh", "-c", "cd \"$1\"/backups/*/ && f=$(ls"
	    " */*.gz *.gz 2>/dev/null | head -n 1) && printf x >>\"$f\"", "sh",
	    s->folder, NULL };

	assert_int_equal(program_run(s, NULL, damage).status, 0);
}

static void
a_trigger_forgets(struct shelf *s)
{
	cluster_sql(s->database, "create function forget() returns trigger"
	    " language plpgsql as 'begin if new.id = 7 then new.currency ="
	    " null; end if; return new; end'; create trigger forget before"
	    " update on orders for each row execute function forget()");
}

static void
a_trigger_deletes(struct shelf *s)
{
	cluster_sql(s->database, "create table lines as select 1 as a;"
	    "create function lose() returns trigger language plpgsql as"
	    " 'begin delete from lines; return null; end'; create trigger"
	    " lose after update on orders execute function lose()");
}

static void
the_table_is_not_there(struct shelf *s)
{
	cluster_sql(s->database, "drop table orders");
}

static void
a_row_comes_in_behind(struct shelf *s)
{
	/* Behind the fill, before the constraint: as an old release does. */
	const char *sed[] = { "sed", "-i", "s/sql: alter table orders add"
	    " constraint/sql: insert into orders values (default); alter table"
	    " orders add constraint/", "backfill.yaml", NULL };

	cluster_sql(s->database, "alter table orders alter id add generated by"
	    " default as identity (start 1000)");
	assert_int_equal(program_run(s, s->folder, sed).status, 0);
}

static void
the_guard_is_broken(struct shelf *s)
{
	shelf_stand_in(s, "guard", "exit 1");
}

static void
pgrunbook_is_not_in_path(struct shelf *s)
{
	assert_int_equal(remove(path_join(s, s->bin, "pgrunbook")), 0);
	setenv("PATH", mem_printf(s, "%s:/usr/bin:/bin", s->bin), 1);
}

#define NOTHING	"select to_regclass('facts') is null and " \
	"to_regclass('half') is null"

static const struct refusal refusals[] = {
	{ "prisma-supabase", "an applied file was edited", was_edited, NULL, 1,
	  "\"20260101000000_init\" is edited", NOTHING },
	{ "prisma-supabase", "an applied file is gone", is_missing, NULL, 1,
	  "\"20260101000000_init\" is missing", NOTHING },
	{ "prisma-supabase", "a migration fails", a_migration_is_broken, NULL,
	  1, "prisma-supabase/deploy failed", "select to_regclass('half') is"
	  " null" },
	{ "prisma-supabase", "a policy fails", a_policy_is_broken, NULL, 1,
	  "prisma-supabase/supabase failed", NULL },
	{ "prisma-supabase", "Supabase has what is not here",
	  supabase_knows_another, NULL, 1, "20250101000000", NULL },
	{ "prisma-supabase", "no program for functions", NULL,
	  "--var=functions=no-such deploy", 1,
	  "missing: no-such (npm install supabase)", NULL },
	{ "prisma-supabase", "no program for logs", NULL,
	  "--var=logs=no-such tail", 1, "missing: no-such", NULL },
	{ "prisma-supabase", "no program for the status", NULL,
	  "--var=status_command=no-such status", 1,
	  "missing: no-such (install Node.js", NULL },
	{ "prisma-supabase", "Prisma does not agree", NULL,
	  "--var=status_command=test 1 = 2", 1,
	  "prisma-supabase/status-command failed", NULL },

	{ "staging-setup", "the role may not create", may_not_create, NULL, 1,
	  "staging-setup/provision failed", NOTHING },
	{ "staging-setup", "no env file", the_env_file_is_not_there, NULL, 1,
	  "missing: .env.staging (copy .env.example and fill it in)", NOTHING },
	{ "staging-setup", "the install fails", npm_fails, NULL, 1,
	  "no lock file", NOTHING },
	{ "staging-setup", "no npm", there_is_no_npm, "--var=ci=no-npm ci", 1,
	  "missing: no-npm (install Node.js", NOTHING },
	{ "staging-setup", "no program to generate", NULL,
	  "--var=generate=no-such generate", 1,
	  "missing: no-such (install Node.js", NOTHING },
	{ "staging-setup", "a migration fails", a_migration_is_broken, NULL, 1,
	  "staging-setup/migrate failed", NULL },
	{ "staging-setup", "the mirror's table is another",
	  the_mirror_is_another_table, NULL, 1, "staging-setup/mirror failed",
	  NULL },
	{ "staging-setup", "no such role", NULL, "--var=service_role=nobody_1",
	  1, "staging-setup/role-there failed", NULL },

	{ "reset-sandbox", "no migrations to build from",
	  there_are_no_migrations, NULL, 1, "reset-sandbox/folder failed",
	  "select to_regclass('kept') is not null" },
	{ "reset-sandbox", "a migration fails", a_migration_is_broken, NULL, 1,
	  "reset-sandbox/migrate failed", NULL },

	{ "production-migration", "an applied file was edited", was_edited,
	  NULL, 1, "production-migration/status failed", NOTHING },
	{ "production-migration", "an applied file is gone", is_missing, NULL,
	  1, "production-migration/status failed", NOTHING },
	{ "production-migration", "one failed before", has_failed, NULL, 1,
	  "production-migration/status failed", NOTHING },
	{ "production-migration", "no program to scale down", NULL,
	  "--var=scale_down=no-such down", 1, "missing: no-such", NOTHING },
	{ "production-migration", "scaling down fails", scale_fails, NULL, 1,
	  "production-migration/scale-down failed", NOTHING },
	{ "production-migration", "no room for a backup", NULL,
	  "--var=backup_folder=/proc/none", 1,
	  "production-migration/backup failed", NOTHING },
	{ "production-migration", "a migration fails", a_migration_is_broken,
	  NULL, 1, "production-migration/deploy failed",
	  "select to_regclass('half') is null" },
	{ "production-migration", "the table cannot be read", NULL,
	  "--var=read_query=nowhere", 1, "production-migration/read failed",
	  NULL },
	{ "production-migration", "no program to scale up", NULL,
	  "--var=scale_up=no-such up", 1, "missing: no-such", NULL },

	{ "backup", "the disk has no room", the_disk_is_full, NULL, 1,
	  "KiB free, the database is", NULL },
	{ "backup", "the folder cannot be made", NULL,
	  "--var=backup_folder=/proc/none", 1, "backup/free failed", NULL },

	{ "restore", "no such backup", NULL, "--var=backup=nowhere", 1,
	  "restore/restore-new failed", NULL },
	{ "restore", "a damaged backup", the_backup_is_damaged, NULL, 1,
	  "restore/restore-new failed", NULL },
	{ "restore", "no program to point the application", NULL,
	  "--var=point_app=no-such", 1, "missing: no-such", NULL },
	{ "restore-in-place", "a damaged backup", the_backup_is_damaged, NULL,
	  1, "restore/restore-in-place failed",
	  "select count(*) = 2 from kept" },
	{ "restore-in-place", "no room to keep what is there", NULL,
	  "--var=rescue_folder=/proc/none", 1, "restore/rescue failed",
	  "select count(*) = 2 from kept" },

	{ "rollback-decision", "no such backup", NULL, "--var=backup=nowhere",
	  1, "rollback-decision/restore failed", NULL },
	{ "rollback-decision", "a damaged backup", the_backup_is_damaged, NULL,
	  1, "rollback-decision/restore failed", NULL },
	{ "rollback-decision", "no program to go back", NULL,
	  "--var=roll_back_app=no-such", 1, "missing: no-such", NULL },
	{ "rollback-decision", "no program to point the application", NULL,
	  "--var=point_app=no-such", 1, "missing: no-such", NULL },
	{ "rollback-decision", "it is not healthy", NULL,
	  "--var=base_url=http://127.0.0.1:1", 1,
	  "rollback-decision/health failed", NULL },

	{ "migration", "an applied file is gone", is_missing, NULL, 1,
	  "migration/status failed", NOTHING },
	{ "migration", "one failed before", has_failed, NULL, 1,
	  "migration/status failed", NOTHING },
	{ "migration", "no room for a backup", NULL,
	  "--var=backup_folder=/proc/none", 1, "migration/backup failed",
	  NOTHING },
	{ "migration", "a migration fails", a_migration_is_broken, NULL, 1,
	  "migration/migrate failed", "select to_regclass('half') is null" },

	{ "backfill", "no such table", the_table_is_not_there, NULL, 1,
	  "backfill/there failed", NULL },
	{ "backfill", "a row is not filled", a_trigger_forgets, NULL, 1,
	  "backfill/fill failed", NULL },
	{ "backfill", "a row comes in behind", a_row_comes_in_behind, NULL, 1,
	  "backfill/validate failed", NULL },
	{ "backfill", "another table loses rows", a_trigger_deletes, NULL, 1,
	  "public.lines has 0 rows, and had 1", NULL },

	{ "emergency", "no program to go back", NULL, "--var=roll_back=no-such",
	  1, "missing: no-such", NULL },
	{ "emergency", "it is not healthy", NULL,
	  "--var=base_url=http://127.0.0.1:1", 1, "emergency/health failed",
	  NULL },
	{ "emergency-forward", "no program for the fix", NULL,
	  "--var=fix_forward=no-such", 1, "missing: no-such", NULL },
	{ "emergency-forward", "the fix fails", scale_fails, NULL, 1,
	  "emergency/forward failed", NULL },

	{ "harden", "the guard does not guard", the_guard_is_broken,
	  "--var=guard=guard", 1, "harden/guard failed", NULL },
	{ "harden", "no pgrunbook for CI's guard", pgrunbook_is_not_in_path,
	  NULL, 1, "missing: pgrunbook (it is not in PATH)", NULL },
};

static void
each_step_refuses_what_it_is_for(void **state UNUSED)
{
	size_t i;

	for (i = 0; i < COUNT_OF(refusals); i++) {
		const struct refusal *r = &refusals[i];
		const struct book *b = book_find(r->book);
		struct shelf *s = shelf_new();

		print_message("# %s: %s\n", r->book, r->title);
		book_prepare(s, b);
		book_say_but(s, b, NULL);
		if (r->before != NULL)
			r->before(s);
		walk_stops(book_walk_with(s, b, r->var), r->status, r->says);
		if (r->holds != NULL)
			assert_string_equal(shelf_value(s, r->holds), "t");
		book_clean(s);
		talloc_free(s);
	}
}

static void
each_placeholder_is_one(void **state UNUSED)
{
	static const char *const values[] = {
		"<your-key>", "[YOUR-PASSWORD]", "changeme", "change-me",
		"your_token_here", "xxxx", "TODO", "https://example.com", "",
		"\"\"",
	};
	const struct book *b = book_find("staging-setup");
	struct shelf *s = shelf_new();
	size_t i;

	book_prepare(s, b);
	for (i = 0; i < COUNT_OF(values); i++) {
		temp_file(s, s->folder, ".env.staging", mem_printf(s,
		    "DATABASE_URL=\"postgresql://a:b@c/d\"\nAPI_KEY=%s\n",
		    values[i]));
		walk_stops(book_walk(s, b), 1, "2:API_KEY");
	}
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_parameter_that_is_missing_or_wrong_is_named),
		cmocka_unit_test(
		    a_database_that_is_not_there_or_another_is_refused),
		cmocka_unit_test(each_step_refuses_what_it_is_for),
		cmocka_unit_test(each_placeholder_is_one),
	};

	return test_main(tests, web_and_cluster_start, cluster_stop);
}

/* tests/cli/books.c - the shipped runbooks that are walked alone. */

#include "harness/test.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/books.h"
#include "harness/cluster.h"
#include "harness/web.h"

#define URL	"--var=base_url=http://127.0.0.1:@port@"
#define SIGN(step)	{ step, 0, NULL, NULL, NULL }
#define CHOOSE(step, key)	{ step, 0, NULL, NULL, key }
#define TICK(step, items)	{ step, items, "", NULL, NULL }
#define FILL(step, items, name, good, wrong)	\
	{ step, items, "\"" name "\": \"" good "\"", \
	  "\"" name "\": \"" wrong "\"", NULL }

/* ---- what must be there ------------------------------------------------------- */

/* Tries that people wait for take no time here. */
static void
hurry(struct shelf *s, const char *file)
{
	const char *sed[] = { "sed", "-i",
	    "s/delay: [35]s, on: any/delay: 10ms, on: any/", file, NULL };

	assert_int_equal(program_run(s, s->folder, sed).status, 0);
}

static void
policies(struct shelf *s)
{
	temp_file(s, s->folder, "supabase/migrations/20260101000000_policy.sql",
	    "alter table users enable row level security;\n"
	    "create policy own on users using (true);\n");
}

static void
one_that_failed(struct shelf *s)
{
	shelf_failed(s, "20260102000000_facts", "it broke");
}

static void
staging(struct shelf *s)
{
	shelf_env_files(s);
	cluster_sql(s->database, "do 'begin if to_regrole(''service_role'') is"
	    " null then create role service_role bypassrls; end if; end'");
	cluster_sql(s->other, "create table facts (id bigint primary key,"
	    " occurred_at timestamptz not null default now(), kind text not"
	    " null default '')");
	hurry(s, "staging-setup.yaml");
}

static void
production(struct shelf *s)
{
	shelf_url("STAGING_URL", s->other);
	hurry(s, "production-migration.yaml");
}

/* A row that the backup has, and one that came after it. */
static void
a_backup(struct shelf *s)
{
	const char *approvals = s->approvals;

	cluster_sql(s->database, "create table kept as select 1 as a");
	s->approvals = temp_folder(s);
	shelf_approve(s, "backup/retention");
	walk_holds(shelf_walk(s, "backup.yaml", "--var=schedule_owner=Cleo",
	    "--var=backup_folder=backups", NULL));
	cluster_sql(s->database, "insert into kept values (2)");
	s->approvals = mem_strdup(s, approvals);
	hurry(s, "rollback-decision.yaml");
}

static void
orders(struct shelf *s)
{
	cluster_sql(s->database, "create table orders (id int primary key);"
	    "insert into orders select generate_series(1, 50)");
}

static void
quick_health(struct shelf *s)
{
	hurry(s, "emergency.yaml");
}

static void
an_application(struct shelf *s)
{
	temp_file(s, s->folder, "harden.yaml", mem_printf(s, "%s\ntargets: "
	    "{shared: {url: \"env:DATABASE_URL\", environment: shared}}\n",
	    shelf_file(s, "harden.yaml")));
	temp_file(s, s->folder, "app/package.json", "{}");
	shelf_stand_in(s, "pgrunbook", mem_printf(s, "exec '%s/pgrunbook' "
	    "\"$@\"", test_builddir()));
}

/* ---- the list ------------------------------------------------------------------ */

#define PRODUCTION	"--var=scale_down=scale down", \
	"--var=scale_up=scale up", URL, "--var=backup_folder=backups"
#define RESTORE		"--var=backup=@backup@", "--var=into=@into@"
#define DECISION	"--var=roll_back_app=scale back", URL, RESTORE

const struct book books[] = {
	{ "prisma-supabase", "prisma-supabase", "DATABASE_URL", true, policies,
	  { "--var=functions=supabase functions deploy hello",
	    "--var=logs=supabase logs" },
	  { CHOOSE("where", "deploy"), TICK("mirror", 4), SIGN("deploy"),
	    SIGN("supabase"), SIGN("observability"),
	    FILL("evidence", 4, "reviewer", "Ben", "B") } },
	{ "prisma-supabase-failed", "prisma-supabase", "DATABASE_URL", true,
	  one_that_failed, { "--var=supabase_migrations=" },
	  { CHOOSE("where", "local"),
	    FILL("look", 1, "name", "20260102000000_facts", "facts"),
	    SIGN("resolve"), SIGN("deploy"), SIGN("observability") } },
	{ "staging-setup", "staging-setup", "STAGING_URL", false, staging,
	  { NULL }, { SIGN("migrate") } },
	{ "reset-sandbox", "reset-sandbox", "SANDBOX_URL", false, NULL,
	  { NULL }, { SIGN("reset"), SIGN("migrate") } },
	{ "production-migration", "production-migration", "DATABASE_URL", true,
	  production, { PRODUCTION }, { SIGN("deploy") } },
	{ "backup", "backup", "DATABASE_URL", true, NULL,
	  { "--var=schedule_owner=Cleo", "--var=backup_folder=backups" },
	  { SIGN("retention") } },
	{ "restore", "restore", "DATABASE_URL", true, a_backup,
	  { RESTORE, "--var=point_app=scale to" },
	  { CHOOSE("how", "new"), SIGN("point") } },
	{ "restore-by-hand", "restore", "DATABASE_URL", true, a_backup,
	  { RESTORE }, { CHOOSE("how", "new"), TICK("point-by-hand", 2) } },
	{ "restore-in-place", "restore", "DATABASE_URL", true, a_backup,
	  { RESTORE, "--var=rescue_folder=rescue" },
	  { CHOOSE("how", "in_place"), FILL("stop", 2, "owner", "Dora", "D"),
	    SIGN("restore-in-place") } },
	{ "rollback-decision", "rollback-decision", "DATABASE_URL", true,
	  a_backup, { DECISION, "--var=point_app=scale to" },
	  { CHOOSE("data", "yes"), FILL("price", 2, "owner", "Dora", "D"),
	    SIGN("point"), SIGN("app-back") } },
	{ "rollback-decision-by-hand", "rollback-decision", "DATABASE_URL",
	  true, a_backup, { DECISION },
	  { CHOOSE("data", "yes"), FILL("price", 2, "owner", "Dora", "D"),
	    TICK("point-by-hand", 1), SIGN("app-back") } },
	{ "rollback-decision-app", "rollback-decision", "DATABASE_URL", true,
	  a_backup, { DECISION },
	  { CHOOSE("data", "no"), CHOOSE("app", "yes"), SIGN("app-back") } },
	{ "migration", "migration", "DATABASE_URL", true, NULL, { NULL },
	  { FILL("checklist", 4, "reviewer", "Ben", "B"), SIGN("migrate") } },
	{ "backfill", "backfill", "DATABASE_URL", true, orders, { NULL },
	  { TICK("writers", 1), SIGN("fill"), SIGN("not-null") } },
	{ "emergency", "emergency", "DATABASE_URL", true, quick_health,
	  { "--var=roll_back=scale back", URL },
	  { { "assess", 1, "\"users\": \"~200\", \"broken\": \"checkout "
	      "fails\", \"since\": \"09:40\"", "\"users\": \"many\", "
	      "\"broken\": \"checkout fails\", \"since\": \"09:40\"", NULL },
	    CHOOSE("decide", "data"), SIGN("back"),
	    FILL("tell", 3, "owner", "Ben", "B") } },
	{ "emergency-forward", "emergency", "DATABASE_URL", true, quick_health,
	  { "--var=roll_back=scale back", "--var=fix_forward=scale fix", URL },
	  { { "assess", 1, "\"users\": \"12\", \"broken\": \"checkout "
	      "fails\", \"since\": \"09:40\"", "\"users\": \"12\", "
	      "\"broken\": \"it\", \"since\": \"09:40\"", NULL },
	    CHOOSE("decide", "minor"), SIGN("forward"),
	    CHOOSE("forward-done", "yes"),
	    FILL("tell", 3, "owner", "Ben", "B") } },
	{ "emergency-by-hand", "emergency", "DATABASE_URL", true, quick_health,
	  { "--var=roll_back=scale back", URL },
	  { { "assess", 1, "\"users\": \"5%\", \"broken\": \"checkout "
	      "fails\", \"since\": \"09:40\"", "\"users\": \"5%\", "
	      "\"broken\": \"checkout fails\", \"since\": \"today\"", NULL },
	    CHOOSE("decide", "minor"), TICK("forward-by-hand", 2),
	    CHOOSE("forward-done", "no"), SIGN("back"),
	    FILL("tell", 3, "owner", "Ben", "B") } },
	{ "harden", "harden", "DATABASE_URL", false, an_application,
	  { "--var=app=app" },
	  { TICK("local-by-default", 3), TICK("schema-pr", 6),
	    { "checklist", 5, "\"next\": \"2027-02-01\"", NULL, NULL } } },
	{ NULL, NULL, NULL, false, NULL, { NULL }, { { NULL, 0, NULL, NULL,
	  NULL } } },
};

const struct book *
book_find(const char *title)
{
	const struct book *b;

	for (b = books; b->name != NULL; b++)
		if (str_equal(b->title, title))
			return b;
	fail_msg("there is no book \"%s\"", title);
	return NULL;
}

/* ---- walking ------------------------------------------------------------------- */

void
book_prepare(struct shelf *s, const struct book *b)
{
	if (b->prepare != NULL)
		b->prepare(s);
}

static char *
into_of(struct shelf *s)
{
	return mem_printf(s, "%s_restored", s->database);
}

void
book_clean(struct shelf *s)
{
	cluster_sql("postgres", mem_printf(s, "drop database if exists \"%s\""
	    " with (force)", into_of(s)));
}

void
book_say(struct shelf *s, const struct book *b, const struct word *w)
{
	char *step = mem_printf(s, "%s/%s", b->name, w->step);

	if (w->key != NULL)
		shelf_choose(s, step, w->key);
	else if (w->items > 0)
		shelf_tick(s, step, w->items, w->fields);
	else
		shelf_approve(s, step);
}

void
book_say_but(struct shelf *s, const struct book *b, const struct word *but)
{
	const struct word *w;

	for (w = b->words; w->step != NULL; w++)
		if (w != but)
			book_say(s, b, w);
}

static char *
filled(struct shelf *s, const char *var)
{
	const char *at;

	if ((at = strstr(var, "@port@")) != NULL)
		return mem_printf(s, "%.*s%d", (int)(at - var), var,
		    web_port());
	if ((at = strstr(var, "@backup@")) != NULL)
		return mem_printf(s, "%.*s%s", (int)(at - var), var,
		    shelf_backup(s));
	if ((at = strstr(var, "@into@")) != NULL)
		return mem_printf(s, "%.*s%s", (int)(at - var), var,
		    into_of(s));
	return mem_strdup(s, var);
}

struct told
book_walk_with(struct shelf *s, const struct book *b, const char *var)
{
	const char *v[COUNT_OF(b->vars) + 2] = { NULL };
	size_t name = var == NULL ? 0 : strcspn(var + 6, "=") + 7, n = 0, i;

	for (i = 0; i < COUNT_OF(b->vars) && b->vars[i] != NULL; i++)
		if (var == NULL || strncmp(b->vars[i], var, name) != 0)
			v[n++] = filled(s, b->vars[i]);
	v[n] = var;
	return shelf_walk(s, mem_printf(s, "%s.yaml", b->name), v[0], v[1],
	    v[2], v[3], v[4], v[5], v[6], v[7], v[8], NULL);
}

struct told
book_walk(struct shelf *s, const struct book *b)
{
	return book_walk_with(s, b, NULL);
}

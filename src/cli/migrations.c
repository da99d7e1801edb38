/*
 * cli/migrations.c - "pgrunbook migrations": what a database's books say of a
 * migrations folder, and putting them right.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/database.h"
#include "cli/shadow.h"
#include "postgres/pooler.h"
#include "schema/drift.h"
#include "steps/history.h"

/* Where the tools keep their migrations. */
static const char *const usual_folders[] = {
	"prisma/migrations", "supabase/migrations", "migrations"
};

struct look {
	struct call	*call;
	struct database	*db;
	const char	*dir;
	enum migrations_layout layout;
	struct migration *list;
	size_t		 count;
	struct history	*history;
	struct migration_findings *findings;
};

/* ---- what there is -------------------------------------------------------------- */

static int
find_folder(struct look *k, struct error *err)
{
	const char *given = k->call->options.layout;
	size_t i;

	k->dir = k->call->options.dir;
	for (i = 0; k->dir == NULL && i < COUNT_OF(usual_folders); i++)
		if (file_is_folder(usual_folders[i]))
			k->dir = usual_folders[i];
	if (k->dir == NULL) {
		error_set(err, ERR_USAGE, "there is no migrations folder here");
		error_hint(err, "name it with --dir FOLDER");
		return -1;
	}
	if (given == NULL)
		return migrations_layout_of(k->dir, &k->layout, err);
	if (layout_parse(given) < 0)
		return error_set(err, ERR_USAGE, "there is no layout \"%s\": "
		    "prisma, supabase or sql", given);
	k->layout = (enum migrations_layout)layout_parse(given);
	return 0;
}

static void
tell_wait(void *arg UNUSED)
{
	fprintf(stderr, "waits for another migration to end ...\n");
}

static int
look(struct look *k, struct error *err)
{
	struct history_host host = { .on_wait = tell_wait };

	if (find_folder(k, err) < 0 || migrations_read(k->call, k->dir,
	    k->layout, &k->list, &k->count, err) < 0)
		return -1;
	k->db = database_open(k->call, k->call, err);
	if (k->db == NULL)
		return -1;
	host.loop = k->db->loop;
	host.cancel = &k->db->cancel;
	k->history = history_open(k->call, &host, k->db->session, k->layout,
	    k->db->target->schema != NULL ? k->db->target->schema : "public",
	    err);
	if (k->history == NULL)
		return -1;
	k->findings = history_read(k->call, k->history, k->list, k->count, err);
	return k->findings == NULL ? -1 : 0;
}

/* ---- status ---------------------------------------------------------------------- */

/* What is applied, replayed, and compared with what the database is. */
static int
find_drift(struct look *k, struct drift **d, struct error *err)
{
	struct migration *applied = NEW_ARRAY(k->call, struct migration,
	    k->count + 1);
	const struct pg_target *server = k->db->target;
	struct schema_snapshot *expected, *actual;
	size_t i, n = 0;

	*d = NULL;
	if (!k->call->options.drift)
		return 0;
	if (k->call->options.shadow != NULL && (server = shadow_target(
	    k->call, k->call->options.shadow, err)) == NULL)
		return -1;
	for (i = 0; i < k->count; i++)
		if (k->findings->list[i].status == MIGRATION_APPLIED ||
		    k->findings->list[i].status == MIGRATION_EDITED)
			applied[n++] = k->list[i];
	expected = expected_from_migrations(k->call, k->db->loop, server,
	    applied, n, NULL, NULL, &k->db->cancel, err);
	if (expected == NULL)
		return -1;
	actual = schema_read(k->call, k->db->session, err);
	if (actual == NULL)
		return -1;
	*d = drift_compare(k->call, expected, actual,
	    (const char *const *)k->call->options.unmanaged);
	return 0;
}

static void
print_finding(const struct look *k, const struct migration_finding *m)
{
	printf("  %-12s %s", migration_status_name(m->status),
	    str_printable(k->call, m->name, strlen(m->name), false));
	if (m->is_out_of_order)
		printf(" (older than the last that is applied)");
	if (m->live > 1)
		printf(" (%d rows)", m->live);
	printf("\n");
	if (m->status == MIGRATION_FAILED && m->started_at != NULL)
		printf("               began %s\n", m->started_at);
	if (m->status == MIGRATION_FAILED && m->logs != NULL)
		printf("               %.*s\n", (int)strcspn(m->logs, "\n"),
		    str_printable(k->call, m->logs, strlen(m->logs), true));
}

static void
print_hints(const struct look *k)
{
	const struct migration_findings *f = k->findings;
	size_t i;

	for (i = 0; i < f->count; i++)
		if (f->list[i].status == MIGRATION_FAILED)
			printf("look whether the changes of \"%s\" are there, "
			    "then: pgrunbook migrations resolve "
			    "--applied|--rolled-back %s\n", f->list[i].name,
			    f->list[i].name);
	if (f->counts[MIGRATION_EDITED] > 0)
		printf("an edit of what is applied is never run: undo it, and "
		    "write it as a new migration\n");
	if (f->counts[MIGRATION_MISSING] > 0)
		printf("the database has migrations that are not here: is the "
		    "checkout up to date?\n");
}

static void
print_status(const struct look *k, const struct drift *d)
{
	const struct migration_findings *f = k->findings;
	size_t i, odd = 0;

	printf("%s (%s, %zu migrations)\n%s\n", k->dir,
	    layout_name(k->layout), k->count, k->db->target->shown);
	if (k->db->target->note != NULL)
		printf("its URL: %s\n", k->db->target->note);
	if (!k->history->has_table)
		printf("the database has no record of migrations yet\n");
	for (i = 0; i < f->count; i++)
		if (f->list[i].status != MIGRATION_APPLIED ||
		    f->list[i].live > 1) {
			print_finding(k, &f->list[i]);
			odd++;
		}
	print_hints(k);
	if (d != NULL)
		printf(d->count == 0 ? "no drift\n" : "drift: A %zu   B %zu   "
		    "C %zu (\"pgrunbook diff\" shows it)\n", d->count_a,
		    d->count_b, d->count_c);
	if (odd == 0)
		printf("up to date\n");
}

/* As Prisma, 1 where deploy has something to do or cannot go on. */
static int
status_code(const struct look *k, const struct drift *d)
{
	const struct migration_findings *f = k->findings;

	if (f->counts[MIGRATION_PENDING] + f->counts[MIGRATION_ROLLED_BACK] +
	    f->counts[MIGRATION_FAILED] > 0)
		return EXIT_FAILED;
	if (f->counts[MIGRATION_EDITED] + f->counts[MIGRATION_MISSING] +
	    f->duplicates > 0 || (d != NULL && d->count_a + d->count_b > 0))
		return EXIT_DRIFT;
	return EXIT_DONE;
}

static int
status(struct look *k, struct error *err)
{
	struct drift *d;
	json_t *j;

	if (find_drift(k, &d, err) < 0)
		return command_fail(err);
	if (!k->call->options.json) {
		print_status(k, d);
		return status_code(k, d);
	}
	j = json_owned(k->call, history_findings_json(k->findings));
	json_object_set_new(j, "dir", json_string(k->dir));
	json_object_set_new(j, "layout", json_string(layout_name(k->layout)));
	json_object_set_new(j, "has_table",
	    json_boolean(k->history->has_table));
	if (d != NULL)
		json_object_set_new(j, "drift", drift_to_json(d));
	printf("%s\n", json_pretty(k->call, j));
	return status_code(k, d);
}

/* ---- resolve --------------------------------------------------------------------- */

static int
resolve(struct look *k, struct error *err)
{
	const char *applied = k->call->options.applied;
	const char *back = k->call->options.rolled_back;
	int rc;

	if ((applied != NULL) == (back != NULL))
		return command_usage(k->call,
		    "one of --applied and --rolled-back is wanted");
	if (pg_need_session(k->db->loop, k->db->session, "the lock that keeps "
	    "other migrations out", err) < 0 ||
	    history_lock(k->history, err) < 0)
		return command_fail(err);
	rc = applied != NULL ? history_resolve_applied(k->history, k->list,
	    k->count, applied, err) :
	    history_resolve_rolled_back(k->history, back, err);
	if (rc < 0)
		return command_fail(err);
	printf("%s: recorded as %s; nothing was run\n",
	    applied != NULL ? applied : back,
	    applied != NULL ? "applied" : "rolled back");
	return EXIT_DONE;
}

int
cli_migrations(struct call *c)
{
	bool is_status = strcmp(c->args[0], "status") == 0;
	struct look k = { .call = c };
	struct error err;

	if (!is_status && strcmp(c->args[0], "resolve") != 0)
		return command_usage(c, "\"%s\" is neither status nor resolve",
		    c->args[0]);
	error_clear(&err);
	if (look(&k, &err) < 0)
		return command_fail(&err);
	return is_status ? status(&k, &err) : resolve(&k, &err);
}

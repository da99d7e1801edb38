/* schema/expected.c - migrations replayed in a shadow database. */

#include "base/memory.h"
#include "base/str.h"
#include "schema/expected.h"

#define SHADOW_APPLICATION	"pgrunbook shadow"

struct shadow {
	struct pg_session *server;	/* makes and drops it */
	char	*name, *quoted;
};

/*
 * Its name says which session made it, so that one whose maker was killed is
 * known by that: pgrunbook_shadow_<pid>_<microseconds of the session's start>.
 */
#define SESSION_START \
	"(extract(epoch FROM a.backend_start) * 1000000)::bigint"

static const char my_name[] =
    "SELECT format('pgrunbook_shadow_%s_%s', a.pid, " SESSION_START ")"
    " FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()";

/* Ours alone, and only where neither its maker lives nor anybody is in it. */
static const char orphans[] =
    "SELECT d.datname FROM pg_database d"
    " WHERE pg_get_userbyid(d.datdba) = current_user"
    " AND d.datname ~ '^pgrunbook_shadow_[0-9]+_[0-9]+$'"
    " AND NOT EXISTS (SELECT FROM pg_stat_activity a"
    "  WHERE a.datname = d.datname OR (a.pid::text = split_part(d.datname,"
    "  '_', 3) AND " SESSION_START "::text = split_part(d.datname, '_', 4)))";

/* What an engine that was killed has left; what cannot go now stays. */
static void
drop_orphans(const void *scratch, struct pg_session *server)
{
	struct pg_result *r;
	struct error ignored;

	if (pg_exec(scratch, server, orphans, 0, NULL, &r, &ignored) < 0)
		return;
	for (int i = 0; i < r->rows; i++)
		(void)!pg_exec_script(server, mem_printf(scratch,
		    "DROP DATABASE IF EXISTS %s", pg_quote_identifier(scratch,
		    pg_value(r, i, 0))), &ignored);
}

static int
shadow_make(const void *scratch, struct shadow *sh, struct error *err)
{
	drop_orphans(scratch, sh->server);
	if (pg_scalar(scratch, sh->server, my_name, 0, NULL, &sh->name, err) < 0)
		return -1;
	sh->quoted = pg_quote_identifier(scratch, sh->name);
	if (pg_exec_script(sh->server, mem_printf(scratch,
	    "CREATE DATABASE %s TEMPLATE template0", sh->quoted), err) == 0)
		return 0;
	if (str_equal(err->sqlstate, "42501"))
		error_hint(err, "The role needs CREATEDB, or name another server "
		    "for the shadow database.");
	return error_context(err, "could not make a shadow database");
}

/* Also after an error: err keeps what was first. */
static int
shadow_drop(const void *scratch, const struct shadow *sh, int rc,
    struct error *err)
{
	struct error later;
	const char *force = pg_server_version(sh->server) >= 130000 ?
	    " WITH (FORCE)" : "";

	if (pg_exec_script(sh->server, mem_printf(scratch,
	    "DROP DATABASE IF EXISTS %s%s", sh->quoted, force), &later) == 0) {
		/* One may have come while this one was at work. */
		drop_orphans(scratch, sh->server);
		return rc;
	}
	if (rc < 0) {
		error_hint(err, "The shadow database \"%s\" is still there: %s",
		    sh->name, later.primary);
		return rc;
	}
	*err = later;
	return error_context(err, "could not drop shadow database \"%s\"",
	    sh->name);
}

static int
replay(struct pg_session *s, const struct migration *list, size_t count,
    void (*progress)(void *, size_t, size_t, const char *), void *arg,
    struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (progress != NULL)
			progress(arg, i, count, list[i].name);
		if (str_trim(s, list[i].sql)[0] != '\0' &&
		    pg_exec_script(s, list[i].sql, err) < 0) {
			error_at(err, list[i].path, err->line, err->column);
			return error_context(err,
			    "migration \"%s\" does not replay", list[i].name);
		}
		/* What it set is not for the next one. */
		if (pg_exec_script(s, "RESET ALL", err) < 0)
			return -1;
	}
	if (progress != NULL && count > 0)
		progress(arg, count, count, list[count - 1].name);
	return 0;
}

struct schema_snapshot *
expected_from_migrations(const void *owner, struct loop *l,
    const struct pg_target *server, const struct migration *list, size_t count,
    void (*progress)(void *arg, size_t done, size_t total, const char *name),
    void *arg, const bool *cancel, struct error *err)
{
	void *scratch = talloc_new(owner);
	struct pg_options maker = { .application_name = SHADOW_APPLICATION };
	struct pg_options player = maker;
	struct schema_snapshot *result = NULL;
	struct pg_session *s = NULL;
	struct shadow sh = { 0 };
	int rc;

	/* The one that cleans up is not cancelled. */
	player.cancel = cancel;
	sh.server = pg_open(scratch, l, server, &maker, err);
	if (sh.server == NULL || shadow_make(scratch, &sh, err) < 0) {
		talloc_free(scratch);
		return NULL;
	}
	s = pg_open(scratch, l, pg_target_with_database(scratch, server, sh.name),
	    &player, err);
	rc = s == NULL ? -1 : replay(s, list, count, progress, arg, err);
	if (rc == 0) {
		result = schema_read(scratch, s, err);
		rc = result == NULL ? -1 : 0;
	}
	if (s != NULL)
		pg_close(s);
	rc = shadow_drop(scratch, &sh, rc, err);
	result = rc < 0 ? NULL : talloc_steal(owner, result);
	talloc_free(scratch);
	return result;
}

/* postgres/identity.c - which database is this, and is a run in it already? */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/identity.h"

/* "pgrb" and 1: seen as classid and objid in pg_locks. */
#define RUN_LOCK_CLASS	"1885827682"
#define RUN_LOCK_OBJECT	"1"

/* %s: the system identifier, which a managed service may keep to itself. */
#define IDENTITY_QUERY \
	"SELECT %s, current_database(), current_user," \
	" current_setting('server_version')," \
	" current_setting('server_version_num'), pg_is_in_recovery()," \
	" CASE WHEN NOT pg_is_in_recovery() THEN" \
	" substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END," \
	" pg_postmaster_start_time(), inet_server_addr()," \
	" inet_server_port()," \
	" current_setting('pgrunbook.environment', true)"

static char *
text_of(const void *owner, const struct pg_result *r, int column)
{
	const char *value = pg_value(r, 0, column);

	return mem_strdup(owner, value == NULL ? "" : value);
}

static int
ask_identity(const void *owner, struct pg_session *s, struct pg_result **r,
    struct error *err)
{
	char *sql = mem_printf(owner, IDENTITY_QUERY,
	    "(SELECT system_identifier FROM pg_control_system())");
	bool alone = pg_transaction_status(s) == PQTRANS_IDLE;
	int rc = pg_exec(owner, s, sql, 0, NULL, r, err);

	talloc_free(sql);
	/* In a transaction the failure has ended it: nothing to try. */
	if (rc == 0 || !alone || !str_equal(err->sqlstate, "42501"))
		return rc;
	sql = mem_printf(owner, IDENTITY_QUERY, "NULL");
	rc = pg_exec(owner, s, sql, 0, NULL, r, err);
	talloc_free(sql);
	return rc;
}

struct pg_identity *
pg_identity_read(const void *owner, struct pg_session *s, struct error *err)
{
	const struct pg_target *t = pg_session_target(s);
	struct pg_identity *id;
	struct pg_result *r;

	if (ask_identity(s, s, &r, err) != 0) {
		error_context(err, "could not tell which database this is");
		return NULL;
	}
	id = NEW(owner, struct pg_identity);
	id->system_identifier = text_of(id, r, 0);
	id->database = text_of(id, r, 1);
	id->role = text_of(id, r, 2);
	id->version = text_of(id, r, 3);
	/* "15.8 (Debian 15.8-1)" */
	id->version[strcspn(id->version, " ")] = '\0';
	id->version_num = (int)pg_value_int(r, 0, 4);
	id->in_recovery = str_equal(pg_value(r, 0, 5), "t");
	id->timeline = text_of(id, r, 6);
	id->postmaster_start = text_of(id, r, 7);
	/* The name that a person knows it by, rather than an address. */
	id->host = t->host[0] != '\0' ? mem_strdup(id, t->host) :
	    text_of(id, r, 8);
	id->port = t->port[0] != '\0' ? mem_strdup(id, t->port) :
	    text_of(id, r, 9);
	id->environment = text_of(id, r, 10);
	id->pooled = pg_pooled(s);
	talloc_free(r);
	return id;
}

static void
put_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_text(text, strlen(text)));
}

json_t *
pg_identity_json(const struct pg_identity *id)
{
	json_t *object = memory_check(json_object());

	put_text(object, "system_identifier", id->system_identifier);
	put_text(object, "database", id->database);
	put_text(object, "role", id->role);
	put_text(object, "host", id->host);
	put_text(object, "port", id->port);
	put_text(object, "version", id->version);
	json_object_set_new(object, "version_num",
	    json_integer(id->version_num));
	json_object_set_new(object, "in_recovery",
	    json_boolean(id->in_recovery));
	put_text(object, "timeline", id->timeline);
	put_text(object, "postmaster_start", id->postmaster_start);
	json_object_set_new(object, "pooled", json_boolean(id->pooled));
	put_text(object, "environment", id->environment);
	return object;
}

/* Something known on both sides that is not the same. */
static void
note_difference(struct buffer *out, const char *what, const char *pinned,
    const char *now, bool empty_is_unknown)
{
	if (str_equal(pinned, now) ||
	    (empty_is_unknown && (*pinned == '\0' || *now == '\0')))
		return;
	buffer_printf(out, "%s%s was \"%s\", is \"%s\"",
	    out->size > 0 ? "; " : "", what, pinned, now);
}

int
pg_identity_compare(const json_t *pinned, const struct pg_identity *now,
    struct error *err)
{
	struct buffer *out = buffer_new(NULL);
	const char *system = json_str_or(pinned, "system_identifier", "");
	int rc = 0;

	note_difference(out, "system identifier", system,
	    now->system_identifier, true);
	if (system[0] == '\0' || now->system_identifier[0] == '\0') {
		note_difference(out, "host", json_str_or(pinned, "host", ""),
		    now->host, false);
		note_difference(out, "port", json_str_or(pinned, "port", ""),
		    now->port, false);
	}
	note_difference(out, "database", json_str_or(pinned, "database", ""),
	    now->database, false);
	note_difference(out, "role", json_str_or(pinned, "role", ""),
	    now->role, false);
	note_difference(out, "environment",
	    json_str_or(pinned, "environment", ""), now->environment, false);
	note_difference(out, "timeline", json_str_or(pinned, "timeline", ""),
	    now->timeline, true);
	if (json_flag(pinned, "in_recovery") != now->in_recovery)
		note_difference(out, "server",
		    now->in_recovery ? "primary" : "replica",
		    now->in_recovery ? "replica" : "primary", false);
	if (out->size > 0) {
		rc = error_set(err, ERR_IDENTITY,
		    "database \"%s\" is not the one that was pinned",
		    now->database);
		error_detail(err, "%s", out->data);
	}
	talloc_free(out);
	return rc;
}

/* ---- one run at a time ------------------------------------------------------- */

static int
refuse_second_run(struct pg_session *s, struct error *err)
{
	struct pg_result *r;

	if (pg_exec(s, s, "SELECT a.pid, a.usename, a.application_name,"
	    " to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZH:TZM')"
	    " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
	    " WHERE l.locktype = 'advisory' AND l.granted"
	    " AND l.classid = " RUN_LOCK_CLASS " AND l.objid = " RUN_LOCK_OBJECT
	    " AND l.objsubid = 2 AND l.database = (SELECT oid FROM pg_database"
	    " WHERE datname = current_database())", 0, NULL, &r, err) != 0)
		return -1;
	error_set(err, ERR_BUSY, "another run is under way in database \"%s\"",
	    pg_session_target(s)->dbname);
	if (r->rows > 0) {
		error_detail(err, "process %s, user \"%s\", application "
		    "\"%s\", since %s", pg_value(r, 0, 0),
		    pg_value(r, 0, 1) == NULL ? "" : pg_value(r, 0, 1),
		    pg_value(r, 0, 2) == NULL ? "" : pg_value(r, 0, 2),
		    pg_value(r, 0, 3) == NULL ? "?" : pg_value(r, 0, 3));
		error_hint(err, "attach to that run; where its engine is gone, "
		    "SELECT pg_terminate_backend(%s) frees the database",
		    pg_value(r, 0, 0));
	}
	talloc_free(r);
	return -1;
}

int
pg_run_lock(struct pg_session *s, const char *run_id, struct error *err)
{
	char *name = mem_printf(s, "pgrunbook run %s", run_id), *got;
	const char *params[] = { name };
	int rc = pg_exec(s, s, "SELECT set_config('application_name', $1,"
	    " false)", 1, params, NULL, err);

	talloc_free(name);
	if (rc != 0 || pg_scalar(s, s, "SELECT pg_try_advisory_lock("
	    RUN_LOCK_CLASS ", " RUN_LOCK_OBJECT ")", 0, NULL, &got, err) != 0)
		return -1;
	rc = str_equal(got, "t") ? 0 : refuse_second_run(s, err);
	talloc_free(got);
	return rc;
}

/* postgres/session.c - opening, watching and closing a connection. */

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/environment.h"
#include "postgres/resolve.h"
#include "postgres/session_private.h"

#define DEFAULT_CONNECT_MS	10000
/* More than a chatty DO block is worth: the rest is counted only. */
#define NOTICES_MAX		1000

struct notice {
	char	*severity, *text;
};

/* ---- notices ----------------------------------------------------------- */

static const char *
field_or(const PGresult *res, int field, const char *otherwise)
{
	const char *value = PQresultErrorField(res, field);

	return value == NULL ? otherwise : value;
}

/* Runs inside libpq: keeps what came, and calls nobody. */
static void
receive_notice(void *arg, const PGresult *res)
{
	struct pg_session *s = arg;
	const char *severity = field_or(res, PG_DIAG_SEVERITY_NONLOCALIZED,
	    field_or(res, PG_DIAG_SEVERITY, "NOTICE"));
	const char *text = field_or(res, PG_DIAG_MESSAGE_PRIMARY,
	    PQresultErrorMessage(res));
	struct notice *n;

	/* Told to leave while nothing ran: that is why the line goes dead. */
	if (!s->lost && (str_equal(severity, "FATAL") ||
	    str_equal(severity, "PANIC"))) {
		error_set(&s->lost_why, ERR_LOST,
		    "connection to \"%s\" was lost", s->target->dbname);
		error_detail(&s->lost_why, "%s (SQLSTATE %s)", text,
		    field_or(res, PG_DIAG_SQLSTATE, "08006"));
		snprintf(s->lost_why.sqlstate, sizeof(s->lost_why.sqlstate),
		    "%s", field_or(res, PG_DIAG_SQLSTATE, "08006"));
	}
	if (s->options.on_notice == NULL || s->notice_count >= NOTICES_MAX)
		return;
	GROW(s, s->notices, struct notice, s->notice_count + 1);
	n = &s->notices[s->notice_count++];
	n->severity = mem_strdup(s->notices, severity);
	n->text = str_trim(s->notices, text);
}

void
session_tell_notices(struct pg_session *s)
{
	struct notice *notices = s->notices;
	size_t count = s->notice_count, i;

	if (count == 0 || s->telling)
		return;
	s->notices = NULL;
	s->notice_count = 0;
	s->telling = true;
	for (i = 0; i < count; i++)
		s->options.on_notice(s->options.arg, notices[i].severity,
		    notices[i].text);
	s->telling = false;
	talloc_free(notices);
}

/* ---- the socket -------------------------------------------------------- */

void
session_disarm(struct pg_session *s)
{
	talloc_free(s->poll);
	s->poll = NULL;
}

void
session_lose(struct pg_session *s, const struct error *why)
{
	if (s->lost)
		return;
	s->lost = true;
	if (why != NULL) {
		s->lost_why = *why;
	} else if (s->lost_why.code == ERR_NONE) {
		error_set(&s->lost_why, ERR_LOST,
		    "connection to \"%s\" was lost", s->target->dbname);
		error_detail(&s->lost_why, "%.*s",
		    (int)strcspn(PQerrorMessage(s->conn), "\n"),
		    PQerrorMessage(s->conn));
	}
	session_disarm(s);
	cancel_abandon(s);
}

static void
take_in(struct pg_session *s)
{
	/* What TLS holds back inside does not make the socket readable; a
	 * record is 16 kB and libpq reads at least half of it at a time. */
	int turns = PQsslInUse(s->conn) ? 3 : 1;

	while (turns-- > 0 && PQconsumeInput(s->conn))
		;
}

static void
on_socket(void *arg, bool readable UNUSED, bool writable UNUSED)
{
	struct pg_session *s = arg;

	if (s->connecting) {
		/* Not again before PQconnectPoll() has looked. */
		loop_poll_want(s->poll, false, false);
		s->connect_ready = true;
		return;
	}
	if (!s->busy || s->async != NULL || !session_has_answer(s)) {
		take_in(s);
		s->copy_fresh = true;
	}
	if (!s->busy) {
		(void)PQisBusy(s->conn);	/* parses what came */
		if (PQstatus(s->conn) == CONNECTION_BAD)
			session_lose(s, NULL);
	}
	session_arm(s);
	session_tell_notices(s);
	if (s->async != NULL)
		async_pump(s);
}

void
session_arm(struct pg_session *s)
{
	bool full, pending;

	if (s->lost || PQsocket(s->conn) < 0) {
		session_disarm(s);
		return;
	}
	if (s->poll == NULL)
		s->poll = loop_poll_new(s, s->loop, PQsocket(s->conn),
		    on_socket, s);
	/* Rows that nobody has taken yet: the server may wait. */
	full = s->busy && s->async == NULL && session_has_answer(s);
	pending = s->busy && PQflush(s->conn) == 1;
	loop_poll_want(s->poll, !full, pending);
}

/* ---- opening ----------------------------------------------------------- */

static const struct {
	const char	*keyword, *value;
} habits[] = {
	/* A peer that went without a word is noticed within a minute. */
	{ "keepalives_idle", "30" },
	{ "keepalives_interval", "10" },
	{ "keepalives_count", "3" },
	{ "tcp_user_timeout", "30000" },
	{ "client_encoding", "UTF8" },
};

struct parameters {
	const char	**keywords, **values;
	size_t		 count;
};

static void
parameters_set(struct parameters *p, const char *keyword, const char *value,
    bool replace)
{
	size_t i;

	if (value == NULL)
		return;
	for (i = 0; i < p->count; i++)
		if (str_equal(p->keywords[i], keyword))
			break;
	if (i < p->count && !replace)
		return;
	p->keywords[i] = keyword;
	p->values[i] = value;
	if (i == p->count)
		p->count++;
}

static PGconn *
start_connection(struct pg_session *s, const struct pg_addresses *found)
{
	const struct pg_target *t = s->target;
	struct pg_environment clean;
	struct parameters p;
	size_t i, given = 0;
	PGconn *conn;

	while (t->keywords[given] != NULL)
		given++;
	p.count = 0;
	p.keywords = NEW_ARRAY(s, const char *, given + COUNT_OF(habits) + 5);
	p.values = NEW_ARRAY(s, const char *, given + COUNT_OF(habits) + 5);
	for (i = 0; i < given; i++)
		parameters_set(&p, t->keywords[i], t->values[i], true);
	for (i = 0; i < COUNT_OF(habits); i++)
		parameters_set(&p, habits[i].keyword, habits[i].value, false);
	parameters_set(&p, "client_encoding", "UTF8", true);
	parameters_set(&p, "host", found->hosts, true);
	parameters_set(&p, "hostaddr", found->addresses, true);
	parameters_set(&p, "port", found->ports, true);
	parameters_set(&p, "application_name", s->options.application_name,
	    true);
	pg_environment_enter(&clean, NULL);
	conn = memory_check(PQconnectStartParams(p.keywords, p.values, 0));
	pg_environment_leave(&clean);
	talloc_free(p.keywords);
	talloc_free(p.values);
	return conn;
}

/* What libpq says where TLS fails, and what can be done about it. */
static const struct {
	const char	*why, *hint;
} tls_hints[] = {
	{ "does not match host name", "connect by a name that the certificate "
	    "bears; \"hostaddr\" may say where that is" },
	{ "certificate verify failed", "\"sslrootcert\" names the file of the "
	    "authority that signed the server's certificate; a hosting "
	    "service offers its own for download" },
	{ "root certificate file", "\"sslrootcert\" names the file of the "
	    "authority's certificate, such as "
	    "/etc/ssl/certs/ca-certificates.crt" },
	{ "could not read root certificate", "\"sslrootcert\" names a file of "
	    "certificates in PEM" },
	{ "server does not support SSL", "the server has no TLS; what must be "
	    "encrypted cannot be reached there" },
};

static const char *
tls_hint(const char *why)
{
	size_t i;

	for (i = 0; i < COUNT_OF(tls_hints); i++)
		if (strstr(why, tls_hints[i].why) != NULL)
			return tls_hints[i].hint;
	return NULL;
}

static int
refuse_connection(struct pg_session *s, struct error *err)
{
	char *why = str_trim(s, PQerrorMessage(s->conn));

	error_set(err, ERR_CONNECT, "could not connect to database \"%s\"",
	    s->target->dbname);
	error_detail(err, "%s", why);
	if (PQconnectionNeedsPassword(s->conn))
		error_hint(err, "give a password in the target's URL, or in "
		    "a password file that only its owner can read");
	else if (strstr(why, "unsupported startup parameter") != NULL)
		error_hint(err, "a pooler stands in front of the server: give "
		    "the server's own URL (DIRECT_URL), or leave \"options\" "
		    "out of this one");
	else if (tls_hint(why) != NULL)
		error_hint(err, "%s", tls_hint(why));
	talloc_free(why);
	return -1;
}

static bool
connection_moves(void *arg)
{
	const struct pg_session *s = arg;

	return s->connect_ready ||
	    (s->options.cancel != NULL && *s->options.cancel);
}

static int
finish_connection(struct pg_session *s, int64_t deadline_mono_ms,
    struct error *err)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	s->connecting = true;
	for (;;) {
		int64_t left_ms = deadline_mono_ms - clock_mono_ms();
		enum wait_result waited;

		if (PQstatus(s->conn) == CONNECTION_BAD ||
		    state == PGRES_POLLING_FAILED)
			return refuse_connection(s, err);
		if (state == PGRES_POLLING_OK)
			break;
		/* The next call may close the socket and open another. */
		s->poll = loop_poll_new(s, s->loop, PQsocket(s->conn),
		    on_socket, s);
		loop_poll_want(s->poll, state == PGRES_POLLING_READING,
		    state == PGRES_POLLING_WRITING);
		s->connect_ready = false;
		waited = loop_wait(s->loop, connection_moves, s,
		    left_ms > 0 ? left_ms : 0);
		session_disarm(s);
		if (waited == WAIT_TIMEOUT) {
			error_set(err, ERR_CONNECT,
			    "could not connect to database \"%s\"",
			    s->target->dbname);
			error_detail(err, "host \"%s\", port %s: the server did "
			    "not answer in time", s->target->host,
			    s->target->port);
			return -1;
		}
		if (!s->connect_ready)
			return error_set(err, ERR_CANCELLED, "cancelled");
		state = PQconnectPoll(s->conn);
	}
	s->connecting = false;
	return 0;
}

/* Limits of the role or database are not the runbook's. */
static const char *const first_settings =
	"SET statement_timeout = 0; SET lock_timeout = 0;"
	"SET idle_in_transaction_session_timeout = 0;"
	"SET client_min_messages = notice;"
	"SET standard_conforming_strings = on";

static int
settle_session(struct pg_session *s, struct error *err)
{
	struct pg_result *pid;
	char *schema;
	int rc;

	if (pg_exec(s, s, "SELECT pg_catalog.pg_backend_pid()", 0, NULL, &pid,
	    err) != 0)
		return -1;
	s->backend_pid = (int)pg_value_int(pid, 0, 0);
	talloc_free(pid);
	/* A pooler makes up the key that cancel requests go by. */
	s->pooled = s->backend_pid != PQbackendPID(s->conn);
	/* Through one, settings would leak to other clients. */
	if (s->pooled)
		return 0;
	if (pg_exec_script(s, first_settings, err) != 0)
		return -1;
	if (pg_server_version(s) >= 140000 &&
	    pg_exec_script(s, "SET idle_session_timeout = 0", err) != 0)
		return -1;
	if (!s->target->says_schema)
		return 0;
	schema = pg_quote_identifier(s, s->target->schema);
	rc = pg_exec_script(s, mem_printf(schema, "SET search_path = %s",
	    schema), err);
	talloc_free(schema);
	return rc;
}

static int
session_destroy(struct pg_session *s)
{
	session_disarm(s);
	cancel_abandon(s);
	PQfinish(s->conn);
	return 0;
}

static int64_t
patience_ms(const struct pg_target *t, const struct pg_options *options)
{
	const char *seconds = pg_target_value(t, "connect_timeout");

	if (options->connect_timeout_ms > 0)
		return options->connect_timeout_ms;
	if (seconds != NULL && atoll(seconds) > 0 && atoll(seconds) < 86400)
		return atoll(seconds) * 1000;
	return DEFAULT_CONNECT_MS;
}

struct pg_session *
pg_open(const void *owner, struct loop *l, const struct pg_target *t,
    const struct pg_options *options, struct error *err)
{
	static const struct pg_options none;
	struct pg_session *s = NEW(owner, struct pg_session);
	struct pg_addresses found;
	int64_t deadline;

	s->loop = l;
	s->options = options == NULL ? none : *options;
	s->options.application_name = mem_strdup(s,
	    s->options.application_name == NULL ? "pgrunbook" :
	    s->options.application_name);
	s->target = pg_target_with_database(s, t, t->dbname);
	s->patience_ms = patience_ms(t, &s->options);
	deadline = clock_mono_ms() + s->patience_ms;
	talloc_set_destructor(s, session_destroy);
	if (pg_resolve(s, l, s->target, s->options.cancel, deadline, &found,
	    err) != 0)
		goto fail;
	s->conn = start_connection(s, &found);
	PQsetNoticeReceiver(s->conn, receive_notice, s);
	if (finish_connection(s, deadline, err) != 0)
		goto fail;
	PQsetnonblocking(s->conn, 1);
	/* Connected, and nothing comes through: that is no connection. */
	s->answer_ms = s->patience_ms;
	if (settle_session(s, err) != 0)
		goto fail;
	s->answer_ms = s->options.answer_timeout_ms;
	return s;
fail:
	talloc_free(s);
	return NULL;
}

void
pg_close(struct pg_session *s)
{
	talloc_free(s);
}

/* ---- what is known of it ------------------------------------------------ */

bool
pg_alive(const struct pg_session *s)
{
	return !s->lost && PQstatus(s->conn) == CONNECTION_OK;
}

bool
pg_busy(const struct pg_session *s)
{
	return s->busy;
}

int
pg_backend_pid(const struct pg_session *s)
{
	return s->backend_pid;
}

bool
pg_pooled(const struct pg_session *s)
{
	return s->pooled;
}

const struct pg_target *
pg_session_target(const struct pg_session *s)
{
	return s->target;
}

int
pg_server_version(const struct pg_session *s)
{
	return PQserverVersion(s->conn);
}

PGTransactionStatusType
pg_transaction_status(const struct pg_session *s)
{
	return PQtransactionStatus(s->conn);
}

/* postgres/command.c - one command at a time, straight down. */

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/session_private.h"

/* How long the thread that sent one may hang once the command has ended. */
#define CANCEL_LINGER_MS	10000

/* ---- errors -------------------------------------------------------------- */

static void
append_part(struct buffer *b, const char *label, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	if (b->size > 0)
		buffer_puts(b, "\n");
	buffer_puts(b, label);
	buffer_puts(b, text);
}

/* The server counts characters from 1 through all of the text. */
static void
note_position(const struct pg_session *s, const PGresult *res,
    struct error *first)
{
	const char *position = PQresultErrorField(res,
	    PG_DIAG_STATEMENT_POSITION), *at = s->sql;
	int left = position == NULL ? 0 : atoi(position);

	if (left <= 0 || at == NULL)
		return;
	first->line = first->column = 1;
	while (--left > 0 && *at != '\0') {
		first->column++;
		if (utf8_next(&at) == '\n') {
			first->line++;
			first->column = 1;
		}
	}
}

void
command_note_error(struct pg_session *s, const PGresult *res,
    struct error *first)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *primary = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	const char *hint = PQresultErrorField(res, PG_DIAG_MESSAGE_HINT);
	struct buffer *detail;

	/* A FATAL comes as two results; the second knows nothing. */
	if (first->code != ERR_NONE)
		return;
	if (primary == NULL)
		primary = PQresultErrorMessage(res);
	error_set(first, ERR_SQL, "%.*s", (int)strcspn(primary, "\n"), primary);
	detail = buffer_new(s);
	append_part(detail, "", PQresultErrorField(res,
	    PG_DIAG_MESSAGE_DETAIL));
	append_part(detail, "internal query: ", PQresultErrorField(res,
	    PG_DIAG_INTERNAL_QUERY));
	append_part(detail, "context: ", PQresultErrorField(res,
	    PG_DIAG_CONTEXT));
	if (detail->size > 0)
		error_detail(first, "%s", detail->data);
	talloc_free(detail);
	if (hint != NULL)
		error_hint(first, "%s", hint);
	if (state != NULL)
		snprintf(first->sqlstate, sizeof(first->sqlstate), "%s", state);
	note_position(s, res, first);
}

/* The connection broke while a command ran. */
static void
lose_during_command(struct pg_session *s, const struct error *first)
{
	struct error why;

	if (first->code == ERR_NONE) {
		session_lose(s, NULL);
		return;
	}
	error_set(&why, ERR_LOST, "connection to \"%s\" was lost",
	    s->target->dbname);
	if (first->sqlstate[0] != '\0')
		error_detail(&why, "%s (SQLSTATE %s)", first->primary,
		    first->sqlstate);
	else
		error_detail(&why, "%s", first->primary);
	memcpy(why.sqlstate, first->sqlstate, sizeof(why.sqlstate));
	session_lose(s, &why);
}

/* ---- begin, wait, end ---------------------------------------------------- */

bool
session_has_answer(const struct pg_session *s)
{
	/* On a dead connection libpq goes on saying "busy". */
	if (s->lost || PQstatus(s->conn) == CONNECTION_BAD)
		return true;
	return s->copying ? s->copy_fresh : !PQisBusy(s->conn);
}

static bool
cancel_is_asked(const struct pg_session *s)
{
	return !s->ignore_cancel && s->options.cancel != NULL &&
	    *s->options.cancel;
}

int
command_begin(struct pg_session *s, const char *sql, struct error *err)
{
	if (s->lost) {
		*err = s->lost_why;
		return -1;
	}
	if (s->busy)
		return error_set(err, ERR_BUSY,
		    "another command runs on this connection");
	if (cancel_is_asked(s))
		return error_set(err, ERR_CANCELLED, "cancelled");
	s->busy = true;
	s->sql = sql;
	s->copying = false;
	s->cancel_sent = false;
	return 0;
}

static bool
answer_or_cancel(void *arg)
{
	const struct pg_session *s = arg;

	return session_has_answer(s) ||
	    (cancel_is_asked(s) && !s->cancel_sent);
}

/* Turn the loop until libpq has something to hand over. */
static void
wait_for_answer(struct pg_session *s)
{
	int64_t left_ms;

	silence_begin(s);
	while (!session_has_answer(s)) {
		session_arm(s);
		left_ms = silence_left_ms(s);
		loop_wait(s->loop, answer_or_cancel, s, s->cancel_sent ?
		    MIN(left_ms, CANCEL_AGAIN_MS) : left_ms);
		if (session_has_answer(s))
			break;
		if (cancel_is_asked(s) && s->cancelling == NULL)
			cancel_start(s);
		silence_break(s);
	}
	session_tell_notices(s);
}

/* Null: the command has ended. */
static PGresult *
next_result(struct pg_session *s)
{
	wait_for_answer(s);
	/* It would wait for what was given up. */
	return s->lost ? NULL : PQgetResult(s->conn);
}

static bool
cancel_is_through(void *arg)
{
	const struct pg_session *s = arg;

	return s->cancelling == NULL;
}

int
command_end(struct pg_session *s, const struct error *first,
    struct error *err)
{
	struct error stuck;

	if (PQstatus(s->conn) == CONNECTION_BAD)
		lose_during_command(s, first);
	else if (s->cancelling != NULL && s->async == NULL &&
	    loop_wait(s->loop, cancel_is_through, s, CANCEL_LINGER_MS) ==
	    WAIT_TIMEOUT) {
		/* It could yet arrive and hit what runs next. */
		error_set(&stuck, ERR_LOST, "connection to \"%s\" was given "
		    "up: a cancel request is still under way",
		    s->target->dbname);
		session_lose(s, &stuck);
	}
	s->busy = false;
	s->sql = NULL;
	s->copying = false;
	session_arm(s);
	session_tell_notices(s);
	if (first->code == ERR_NONE && !s->lost)
		return 0;
	*err = s->lost ? s->lost_why : *first;
	if (!s->lost && s->cancel_sent && str_equal(first->sqlstate, "57014"))
		err->code = ERR_CANCELLED;
	return -1;
}

void
command_note_send_failure(struct pg_session *s, struct error *first)
{
	error_set(first, ERR_SQL, "could not send the command: %.*s",
	    (int)strcspn(PQerrorMessage(s->conn), "\n"),
	    PQerrorMessage(s->conn));
}

/* ---- results ------------------------------------------------------------- */

/* What a command does with what comes.  Null: it is dropped, or refused. */
struct taker {
	void	(*on_result)(void *arg, PGresult *takes);
	int	(*on_data)(void *arg, const char *bytes, size_t size_bytes,
		    struct error *err);
	void	*arg;
};

/* COPY data until its end, an error of the taker's or the connection's. */
static void
take_copy(struct pg_session *s, const struct taker *taker,
    struct error *first)
{
	char *bytes = NULL;
	int size;

	s->copying = true;
	while (!s->lost && PQstatus(s->conn) != CONNECTION_BAD) {
		s->copy_fresh = false;
		size = PQgetCopyData(s->conn, &bytes, 1);
		if (size < 0)
			break;
		if (size == 0) {
			wait_for_answer(s);
			continue;
		}
		/* What cannot be kept need not be made either. */
		if (first->code == ERR_NONE && taker->on_data(taker->arg,
		    bytes, (size_t)size, first) != 0 && s->cancelling == NULL)
			cancel_start(s);
		PQfreemem(bytes);
	}
	s->copying = false;
}

static int
drop_data(void *arg UNUSED, const char *bytes UNUSED, size_t size_bytes UNUSED,
    struct error *err)
{
	return error_set(err, ERR_SQL, "COPY TO STDOUT is not possible here");
}

static void
take_copy_or_refuse(struct pg_session *s, const PGresult *res,
    const struct taker *taker, struct error *first)
{
	static const struct taker refuse = { .on_data = drop_data };

	if (PQresultStatus(res) == PGRES_COPY_OUT) {
		take_copy(s, taker->on_data == NULL ? &refuse : taker, first);
		return;
	}
	if (first->code == ERR_NONE)
		error_set(first, ERR_SQL,
		    "COPY FROM STDIN is not possible here");
	PQputCopyEnd(s->conn, "there is no data");
}

static void
take_results(struct pg_session *s, const struct taker *taker,
    struct error *first)
{
	bool over = false;
	PGresult *res;

	while (!over && (res = next_result(s)) != NULL) {
		switch (PQresultStatus(res)) {
		case PGRES_COPY_OUT:
		case PGRES_COPY_IN:
		case PGRES_COPY_BOTH:
			take_copy_or_refuse(s, res, taker, first);
			break;
		case PGRES_SINGLE_TUPLE:
		case PGRES_TUPLES_OK:
		case PGRES_COMMAND_OK:
		case PGRES_EMPTY_QUERY:
			if (taker->on_result != NULL) {
				taker->on_result(taker->arg, res);
				continue;
			}
			break;
		default:
			command_note_error(s, res, first);
			break;
		}
		/* Lost in COPY, libpq gives the same result for ever. */
		over = PQresultStatus(res) == PGRES_COPY_OUT &&
		    PQstatus(s->conn) == CONNECTION_BAD;
		PQclear(res);
	}
}

/* ---- the calls ----------------------------------------------------------- */

static int
result_destroy(struct pg_result *r)
{
	PQclear(r->res);
	return 0;
}

struct pg_result *
result_new(const void *owner, PGresult *takes)
{
	struct pg_result *r = NEW(owner, struct pg_result);

	r->res = takes;
	r->rows = PQntuples(takes);
	r->columns = PQnfields(takes);
	r->tag = PQcmdStatus(takes);
	talloc_set_destructor(r, result_destroy);
	return r;
}

static void
keep_last(void *arg, PGresult *takes)
{
	PGresult **kept = arg;

	PQclear(*kept);
	*kept = takes;
}

int
pg_exec(const void *owner, struct pg_session *s, const char *sql,
    int param_count, const char *const *params, struct pg_result **result,
    struct error *err)
{
	struct error first = { .code = ERR_NONE };
	PGresult *kept = NULL;
	struct taker taker = { .on_result = keep_last, .arg = &kept };

	if (result != NULL)
		*result = NULL;
	if (command_begin(s, sql, err) != 0)
		return -1;
	if (!PQsendQueryParams(s->conn, sql, param_count, NULL, params, NULL,
	    NULL, 0))
		command_note_send_failure(s, &first);
	take_results(s, &taker, &first);
	if (command_end(s, &first, err) != 0) {
		PQclear(kept);
		return -1;
	}
	if (result != NULL && kept != NULL)
		*result = result_new(owner, kept);
	else
		PQclear(kept);
	return 0;
}

int
pg_exec_script(struct pg_session *s, const char *sql, struct error *err)
{
	static const struct taker drop;
	struct error first = { .code = ERR_NONE };

	if (command_begin(s, sql, err) != 0)
		return -1;
	if (!PQsendQuery(s->conn, sql))
		command_note_send_failure(s, &first);
	take_results(s, &drop, &first);
	return command_end(s, &first, err);
}

int
pg_rollback(struct pg_session *s, struct error *err)
{
	int rc;

	if (pg_transaction_status(s) == PQTRANS_IDLE)
		return 0;
	s->ignore_cancel = true;
	rc = pg_exec_script(s, "ROLLBACK", err);
	s->ignore_cancel = false;
	return rc;
}

struct stream {
	const void	*owner;
	bool		(*on_row)(void *arg, const PGresult *res, int row,
			    int64_t number);
	void		*arg;
	char		**tag;
	int64_t		 number;
	bool		 begun, enough;
};

static void
stream_result(void *arg, PGresult *takes)
{
	struct stream *stream = arg;
	int row;

	if (PQnfields(takes) > 0 && !stream->begun) {
		stream->begun = true;
		stream->enough = !stream->on_row(stream->arg, takes, -1, 0);
	}
	for (row = 0; row < PQntuples(takes) && !stream->enough; row++)
		stream->enough = !stream->on_row(stream->arg, takes, row,
		    ++stream->number);
	if (PQresultStatus(takes) != PGRES_SINGLE_TUPLE &&
	    stream->tag != NULL) {
		talloc_free(*stream->tag);
		*stream->tag = mem_strdup(stream->owner, PQcmdStatus(takes));
	}
	PQclear(takes);
}

int
pg_query_stream(const void *owner, struct pg_session *s, const char *sql,
    bool (*on_row)(void *arg, const PGresult *res, int row, int64_t number),
    void *arg, char **tag, struct error *err)
{
	struct error first = { .code = ERR_NONE };
	struct stream stream = { owner, on_row, arg, tag, 0, false, false };
	struct taker taker = { .on_result = stream_result, .arg = &stream };

	if (tag != NULL)
		*tag = NULL;
	if (command_begin(s, sql, err) != 0)
		return -1;
	if (!PQsendQuery(s->conn, sql))
		command_note_send_failure(s, &first);
	else
		PQsetSingleRowMode(s->conn);
	take_results(s, &taker, &first);
	return command_end(s, &first, err);
}

int
pg_copy_out(struct pg_session *s, const char *sql,
    int (*on_data)(void *arg, const char *bytes, size_t size_bytes,
    struct error *err), void *arg, struct error *err)
{
	struct error first = { .code = ERR_NONE };
	struct taker taker = { .on_data = on_data, .arg = arg };

	if (command_begin(s, sql, err) != 0)
		return -1;
	if (!PQsendQuery(s->conn, sql))
		command_note_send_failure(s, &first);
	take_results(s, &taker, &first);
	return command_end(s, &first, err);
}

/* postgres/pooler.c - a session, or one by transaction? (postgres/pooler.h) */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/pooler.h"

#define SUPABASE	".pooler.supabase.com"
#define NEON		"-pooler."

static int
pid_of(struct pg_session *s, char **pid, struct error *err)
{
	return pg_scalar(s, s, "SELECT pg_catalog.pg_backend_pid()", 0, NULL,
	    pid, err);
}

/*
 * The second session's transaction holds on to a server connection: where
 * that is the first session's, or the first one gets another, they are shared.
 * The first is not asked again where that is plain already: a pool of one has
 * nothing left for it.
 */
static int
compare(struct pg_session *s, struct pg_session *second, bool *by_transaction,
    struct error *err)
{
	char *before = NULL, *other = NULL, *after = NULL;
	int rc = pid_of(s, &before, err);

	if (rc == 0 && pg_exec_script(second, "BEGIN", err) != 0) {
		/* By statement: a transaction is against its protocol. */
		*by_transaction = str_equal(err->sqlstate, "08P01");
		rc = *by_transaction ? 0 : -1;
	} else if (rc == 0) {
		rc = pid_of(second, &other, err);
		*by_transaction = rc == 0 && str_equal(before, other);
		if (rc == 0 && !*by_transaction) {
			rc = pid_of(s, &after, err);
			*by_transaction = rc == 0 && !str_equal(before, after);
		}
	}
	talloc_free(before);
	talloc_free(other);
	talloc_free(after);
	return rc;
}

int
pg_pooled_by_transaction(struct loop *l, struct pg_session *s,
    bool *by_transaction, struct error *err)
{
	struct pg_session *second;
	int rc;

	*by_transaction = false;
	if (!pg_pooled(s))
		return 0;
	second = pg_open(s, l, pg_session_target(s), NULL, err);
	if (second == NULL)
		return -1;
	rc = compare(s, second, by_transaction, err);
	pg_close(second);
	return rc;
}

void
pg_pooler_hint(const struct pg_target *t, struct error *err)
{
	const char *neon = strstr(t->host, NEON);

	if (str_ends(t->host, SUPABASE))
		error_hint(err, "take port 5432 of the same host (session "
		    "mode; %s hands out transactions), or the direct URL",
		    t->port[0] != '\0' ? t->port : "this port");
	else if (neon != NULL)
		error_hint(err, "take the direct host: %.*s%s",
		    (int)(neon - t->host), t->host,
		    neon + strlen(NEON) - 1);
	else
		error_hint(err, "give the server's own URL (DIRECT_URL, as a "
		    "rule port 5432), or have the pooler work by session "
		    "(PgBouncer: pool_mode = session)");
}

int
pg_need_session(struct loop *l, struct pg_session *s, const char *what,
    struct error *err)
{
	const struct pg_target *t = pg_session_target(s);
	bool by_transaction = t->says_pooler && pg_pooled(s);

	if (!by_transaction &&
	    pg_pooled_by_transaction(l, s, &by_transaction, err) != 0)
		return error_context(err, "could not tell how the pooler works");
	if (!by_transaction)
		return 0;
	error_set(err, ERR_CONNECT, "the URL leads to a pooler that hands out "
	    "connections by transaction: no lock and no setting holds there");
	error_detail(err, "a session is needed for %s", what);
	pg_pooler_hint(t, err);
	return -1;
}

/*
 * steps/migrate_begun.c - migrations that an attempt of this run was killed
 * over, outside of a transaction.
 *
 * Before such a statement the journal gets the backend's and the entry's
 * names, so that after a crash the entry is known to be ours and the catalog
 * can be asked: the next attempt goes on with the entry that is there, and
 * does not run again what has taken effect.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "postgres/outcome.h"
#include "steps/migrate.h"
#include "steps/statements.h"

static const struct statement_state *
last_statement(const struct attempt_state *was)
{
	return was->statement_count == 0 ? NULL :
	    &was->statements[was->statement_count - 1];
}

/* It ran something outside of a transaction, and was not heard of again. */
static bool
broke_off_alone(const struct attempt_state *was)
{
	return was->marker_uuid != NULL && was->marker_xid != NULL &&
	    was->marker_xid[0] == '\0' && !str_equal(was->outcome, "done");
}

/*
 * By its entry; in books that have no entries of what is only begun, by its
 * statement, the last one of the last attempt, of whose end nothing is known.
 */
static const struct attempt_state *
attempt_that_began(const struct work *w, const char *id, const char *text)
{
	const struct step_state *step = state_step(
	    w->attempt->host->run->state, w->attempt->id);
	size_t i;

	for (i = step != NULL ? step->attempt_count : 0; i > 0; i--) {
		const struct attempt_state *was = &step->attempts[i - 1];
		const struct statement_state *last = last_statement(was);

		if (!broke_off_alone(was))
			continue;
		if (id != NULL && str_equal(was->marker_uuid, id))
			return was;
		if (id == NULL && w->books->layout != LAYOUT_PRISMA)
			return last != NULL && last->error == NULL &&
			    str_equal(last->text, text) ? was : NULL;
	}
	return NULL;
}

/* The server's word on it; false: it has none, or is still at it. */
static bool
catalog_knows(struct work *w, const struct attempt_state *was,
    const char *text, struct begun *begun, struct error *err)
{
	const struct statement_state *last = last_statement(was);
	json_t *pinned = json_copy((json_t *)(uintptr_t)
	    attempt_pinned(w->attempt, NULL));
	struct outcome_answer answer = { 0 };
	struct outcome_attempt m = { 0 };
	int rc;

	if (pinned != NULL && w->books->database != NULL)
		json_object_set_new(pinned, "database",
		    json_string(w->books->database));
	outcome_attempt_load(w, was->marker_backend, &m);
	rc = outcome_probe(w, w->books->session, pinned, &m, text, &answer,
	    err);
	json_decref(pinned);
	if (rc < 0)
		return false;
	begun->reason = answer.reason;
	/* What was not sent is somebody else's where it is there. */
	begun->has_effect = answer.outcome == OUTCOME_DONE && last != NULL &&
	    str_equal(last->text, text);
	return answer.outcome == OUTCOME_NOT_DONE || answer.harmless ||
	    answer.outcome == OUTCOME_DONE;
}

static int
look(struct work *w, size_t i, struct error *err)
{
	struct migration_finding *found = &w->books->findings->list[i];
	const struct migration *m = &w->books->list[i];
	struct begun *begun = &w->begun[i];
	const struct attempt_state *was;
	struct sql_script *script;

	*begun = (struct begun){ 0 };
	if (found->status == MIGRATION_FAILED && history_begun(w,
	    w->books->history, m->name, &begun->id, err) < 0)
		return -1;
	if (begun->id == NULL && !migration_is_pending(found->status))
		return 0;
	script = sql_parse(w, migration_statements(w, m));
	was = script->count != 1 || !script->statements[0].no_transaction ?
	    NULL : attempt_that_began(w, begun->id,
	    script->statements[0].text);
	if (was == NULL)
		return 0;
	begun->is_ours = catalog_knows(w, was, script->statements[0].text,
	    begun, err);
	if (!begun->is_ours)
		return err->code == ERR_NONE || err->code == ERR_SQL ? 0 : -1;
	found->status = MIGRATION_PENDING;
	return 0;
}

int
work_find_begun(struct work *w, struct error *err)
{
	size_t i;

	error_clear(err);
	talloc_free(w->begun);
	w->begun = NEW_ARRAY(w, struct begun, w->books->count + 1);
	if (w->books->findings == NULL || w->attempt->host->run == NULL)
		return 0;
	for (i = 0; i < w->books->count; i++)
		if (look(w, i, err) < 0)
			return -1;
	return 0;
}

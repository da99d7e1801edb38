/* cli/demo_trouble.c - a session that gets in the demo's way, on demand. */

#include <stdio.h>

#include "base/loop.h"
#include "base/memory.h"
#include "cli/demo_trouble.h"
#include "cli/scratch_server.h"
#include "postgres/session.h"

struct demo_trouble {
	const char		*folder;
	struct loop		*loop;
	struct pg_session	*session;	/* null: none, or it was ended */
};

/* A weak lock is enough: what alters a table wants it alone. */
static const char forgotten[] =
    "DO $$ DECLARE t regclass; BEGIN"
    " FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r'"
    "  AND relnamespace = 'public'::regnamespace LOOP"
    "  EXECUTE format('LOCK TABLE %s IN ACCESS SHARE MODE', t);"
    " END LOOP; END $$";

struct demo_trouble *
demo_trouble_new(const void *owner, const char *folder)
{
	struct demo_trouble *t = NEW(owner, struct demo_trouble);

	t->folder = folder;
	t->loop = loop_new(t);
	return t;
}

static struct pg_session *
forget_a_transaction(struct demo_trouble *t, struct error *err)
{
	const struct pg_options options = { .application_name = "shop-reports" };
	char *url = scratch_server_url(t, t->folder, "shop");
	struct pg_target *target = pg_target_parse(t, url, err);
	struct pg_session *s = target == NULL ? NULL :
	    pg_open(t, t->loop, target, &options, err);

	if (s == NULL)
		return NULL;
	if (pg_exec_script(s, "BEGIN", err) == 0 &&
	    pg_exec_script(s, forgotten, err) == 0 &&
	    pg_exec_script(s, "SELECT count(*) FROM orders", err) == 0)
		return s;
	pg_close(s);
	return NULL;
}

int
demo_trouble_start(void *arg, char said[160], struct error *err)
{
	struct demo_trouble *t = arg;
	struct error gone;

	/* Ended from outside it shows at the next question. */
	if (t->session != NULL && pg_exec_script(t->session, "SELECT 1",
	    &gone) != 0) {
		pg_close(t->session);
		t->session = NULL;
	}
	if (t->session != NULL) {
		snprintf(said, 160, "session %d (shop-reports) is in the way "
		    "already", pg_backend_pid(t->session));
		return 0;
	}
	t->session = forget_a_transaction(t, err);
	if (t->session == NULL)
		return -1;
	snprintf(said, 160, "session %d (shop-reports) stays idle in its "
	    "transaction: the next change of a table will wait for it",
	    pg_backend_pid(t->session));
	return 0;
}

int
demo_trouble_revive(void *arg, struct error *err)
{
	const struct demo_trouble *t = arg;

	return scratch_server_revive(t->folder, false, err);
}

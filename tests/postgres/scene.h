/*
 * tests/postgres/scene.h - a step under way on the program's cluster, and
 * somebody who asks what became of it.
 */
#ifndef PGRUNBOOK_TESTS_POSTGRES_SCENE_H
#define PGRUNBOOK_TESTS_POSTGRES_SCENE_H

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "postgres/identity.h"
#include "postgres/outcome.h"
#include "postgres/sessions.h"

struct scene {
	char			*db;
	struct pg_session	*step, *asker;
	json_t			*pinned;
	struct outcome_attempt	 attempt;
	struct outcome_answer	 answer;
};

static inline json_t *
pin(struct pg_session *s)
{
	struct error err;
	struct pg_identity *id = pg_identity_read(s, s, &err);

	assert_got(id, &err);
	return json_owned(loop, pg_identity_json(id));
}

static inline struct scene *
scene_begin(void)
{
	struct scene *c = NEW(loop, struct scene);
	struct error err;

	c->db = cluster_new_db(c);
	c->step = open_named(c->db, "step");
	c->asker = open_named(c->db, "asker");
	c->pinned = pin(c->step);
	assert_ok(outcome_prepare(c->step, &err), &err);
	c->attempt = (struct outcome_attempt){ .run = "run-1", .step = "apply",
	    .attempt = uuid_new(c) };
	return c;
}

static inline void
scene_end(struct scene *c)
{
	pg_close(c->step);
	pg_close(c->asker);
	cluster_drop_db(c->db);
	talloc_free(c);
}

#endif

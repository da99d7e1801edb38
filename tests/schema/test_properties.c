/*
 * What must hold of any two schemas, tried on random ones.
 *
 *     PROPERTY_PAIRS   how many (6; "make check-properties": 10,000)
 *     PROPERTY_SEED    the run's seed (1; "make check-properties": the clock's)
 *     PROPERTY_FIRST   the first pair (0)
 *     PROPERTY_SHARD   "1/4": every fourth pair, from the second on
 *     PROPERTY_DUMPS   compare by pg_dump, too: every so many pairs (1)
 *     PROPERTY_SHRINK  tries to make a failure smaller (300)
 *     PROPERTY_KEEP    folder for failures: from.sql, to.sql, our.sql, why
 *
 * A pair is a function of seed and number.  What fails is made smaller: each
 * place that may be what it was, or nothing at all, becomes so.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "schema/random/pair.h"
#include "schema/random/world.h"

#define SHOWN_MAX	10	/* failures that are made smaller */
#define TIDY_EVERY	20	/* pairs: nobody else does away with old rows */
#define PROGRESS_MS	10000

struct trial {
	struct ground	*ground;
	struct world	*from, *to;
	bool		 dumps;
	char		*fault;		/* as found */
	unsigned long long tries;	/* that are left to make it smaller */
};

static unsigned long long
setting(const char *name, unsigned long long otherwise)
{
	const char *text = getenv(name);

	return text == NULL || *text == '\0' ? otherwise : strtoull(text, NULL, 10);
}

static char *
fault_of(struct trial *t, const void *owner)
{
	return pair_fault(owner, t->ground, world_sql(t->from), world_sql(t->to),
	    t->dumps);
}

/* ---- making a failure smaller ------------------------------------------------ */

static bool
same_stage(const char *a, const char *b)
{
	size_t size = strcspn(a, "\n");

	return strncmp(a, b, size) == 0 && b[size] == '\n';
}

/* Places as they were in from, or all of them nothing. */
static void
pin(struct trial *t, const char *place, bool nothing)
{
	const json_t *was = json_object_get(t->from->asked, place);

	if (nothing) {
		json_object_set_new(t->from->pinned, place, json_integer(0));
		json_object_set_new(t->to->pinned, place, json_integer(0));
	} else if (was != NULL) {
		json_object_set_new(t->to->pinned, place,
		    json_integer(json_integer_value(was)));
	}
}

static bool
still_fails(struct trial *t)
{
	char *fault = fault_of(t, t->to);
	bool same = fault != NULL && same_stage(t->fault, fault);

	t->tries--;
	talloc_free(fault);
	return same;
}

/* Halves, quarters, ... of the places: what need not be there goes. */
static void
pin_what_can(struct trial *t, const char **places, size_t count, bool nothing)
{
	for (size_t size = (count + 1) / 2; size > 0; size = size / 2)
		for (size_t at = 0; at < count && t->tries > 0; at += size) {
			json_t *from = json_copy(t->from->pinned);
			json_t *to = json_copy(t->to->pinned);

			for (size_t i = at; i < count && i < at + size; i++)
				pin(t, places[i], nothing);
			if (!still_fails(t)) {
				json_decref(t->from->pinned);
				json_decref(t->to->pinned);
				t->from->pinned = json_incref(from);
				t->to->pinned = json_incref(to);
			}
			json_decref(from);
			json_decref(to);
		}
}

static const char **
places_of(const void *owner, const struct world *w, const struct world *but,
    size_t *count)
{
	const char **places = NEW_ARRAY(owner, const char *,
	    json_object_size(w->asked) + 1);
	const char *place;
	json_t *choice;

	*count = 0;
	json_object_foreach(w->asked, place, choice)
		if (but == NULL || !json_equal(choice,
		    json_object_get(but->asked, place)))
			places[(*count)++] = mem_strdup(owner, place);
	return places;
}

static void
shrink(struct trial *t)
{
	void *scratch = talloc_new(NULL);
	const char **places;
	size_t count;

	t->tries = setting("PROPERTY_SHRINK", 300) / 2;
	places = places_of(scratch, t->to, t->from, &count);
	pin_what_can(t, places, count, false);
	/* What is there in from: the rest is nothing already. */
	json_object_clear(t->from->asked);
	json_object_clear(t->to->asked);
	world_sql(t->from);
	world_sql(t->to);
	json_object_update(t->from->asked, t->to->asked);
	places = places_of(scratch, t->from, NULL, &count);
	t->tries = setting("PROPERTY_SHRINK", 300) / 2;
	pin_what_can(t, places, count, true);
	talloc_free(scratch);
}

/* ---- what is kept of it -------------------------------------------------------- */

static void
keep_file(const char *folder, const char *name, const char *text)
{
	char *path = path_join(NULL, folder, name);
	struct error err;

	assert_ok(file_write_atomic(path, text, strlen(text), 0644, &err), &err);
	talloc_free(path);
}

static void
keep(struct trial *t, const char *name)
{
	const char *keep_in = getenv("PROPERTY_KEEP");
	char *folder = path_join(t->to, keep_in == NULL ? "properties" : keep_in,
	    name);
	char *fault = fault_of(t, t->to);
	struct error err;

	/* The last word of the smaller one, which fails the same way. */
	if (fault == NULL)
		fault = t->fault;
	assert_ok(file_make_folder(folder, 0755, &err), &err);
	keep_file(folder, "from.sql", world_sql(t->from));
	keep_file(folder, "to.sql", world_sql(t->to));
	keep_file(folder, "our.sql", ground_sql(t->ground));
	keep_file(folder, "why", fault);
	print_message("pair %s: %s\nsee %s/\n", name, fault, folder);
}

/* ---- the run --------------------------------------------------------------------- */

struct run {
	unsigned long long seed, first, pairs, shard, shards, dumps;
	unsigned long long done, failed;
	int64_t	 begun_ms, told_ms;
};

static struct run
run_of_environment(void)
{
	const char *shard = getenv("PROPERTY_SHARD");
	struct run r = {
		.seed = setting("PROPERTY_SEED", 1),
		.first = setting("PROPERTY_FIRST", 0),
		.pairs = setting("PROPERTY_PAIRS", 6),
		.dumps = setting("PROPERTY_DUMPS", 1),
		.shards = 1,
	};

	if (shard != NULL && *shard != '\0' &&
	    (sscanf(shard, "%llu/%llu", &r.shard, &r.shards) != 2 ||
	    r.shards == 0 || r.shard >= r.shards))
		fail_msg("PROPERTY_SHARD is \"%s\", not \"1/4\"", shard);
	r.begun_ms = r.told_ms = clock_mono_ms();
	print_message("PROPERTY_SEED=%llu PROPERTY_PAIRS=%llu\n", r.seed, r.pairs);
	return r;
}

static void
tell_progress(struct run *r, bool end)
{
	int64_t now = clock_mono_ms();

	if (!end && now - r->told_ms < PROGRESS_MS)
		return;
	r->told_ms = now;
	print_message("%llu pairs of %llu, %llu failed, %lld s\n", r->done,
	    (r->pairs + r->shards - 1 - r->shard) / r->shards, r->failed,
	    (long long)(now - r->begun_ms) / 1000);
}

static void
run_pair(struct run *r, struct ground *g, unsigned long long number)
{
	static const unsigned percents[] = { 2, 1, 5, 10, 30, 100 };
	void *owner = talloc_new(NULL);
	uint64_t seed = r->seed * 1000003 + number;
	struct trial t = {
		.ground = g,
		.from = world_new(owner, seed, 0, 0, cluster_major()),
		.to = world_new(owner, seed, ~seed,
		    percents[number % COUNT_OF(percents)], cluster_major()),
		.dumps = r->dumps > 0 && number % r->dumps == 0,
	};

	t.fault = fault_of(&t, owner);
	r->done++;
	if (t.fault != NULL) {
		r->failed++;
		if (r->failed <= SHOWN_MAX)
			shrink(&t);
		keep(&t, mem_printf(owner, "%llu.%llu", r->seed, number));
	}
	talloc_free(owner);
}

static void
a_database_that_is_made_like_another_equals_it(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	struct run r = run_of_environment();
	struct ground *g = ground_new(scratch);

	for (unsigned long long n = r.shard; n < r.pairs; n += r.shards) {
		run_pair(&r, g, r.first + n);
		if (r.done % TIDY_EVERY == 0)
			ground_tidy(g);
		tell_progress(&r, false);
	}

	tell_progress(&r, true);
	talloc_free(scratch);
	if (r.failed > 0)
		fail_msg("%llu of %llu pairs failed", r.failed, r.done);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_database_that_is_made_like_another_equals_it),
	};

	return test_main(tests, cluster_start, cluster_stop);
}

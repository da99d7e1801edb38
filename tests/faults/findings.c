/* tests/faults/findings.c - what a kind of fault did to the runs that met it. */

#include "harness/test.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "faults/findings.h"

#define SEED	20261127

static uint64_t drawn;

bool
faults_want_all(void)
{
	const char *all = getenv("FAULTS_ALL");

	return all != NULL && *all != '\0' && *all != '0';
}

bool
faults_want(const char *kind)
{
	const char *only = getenv("FAULTS_ONLY");

	return only == NULL || *only == '\0' || fnmatch(only, kind, 0) == 0;
}

bool
faults_are_shared_out(void)
{
	const char *shard = getenv("FAULTS_SHARD");

	return shard != NULL && *shard != '\0';
}

bool
faults_point_is_ours(int point)
{
	int mine, all;

	if (!faults_are_shared_out())
		return true;
	if (sscanf(getenv("FAULTS_SHARD"), "%d/%d", &mine, &all) != 2 ||
	    mine < 1 || all < mine)
		fail_msg("FAULTS_SHARD is not \"1/4\" or the like");
	return point % all == mine - 1;
}

void
faults_begin_drawing(const char *kind)
{
	const char *seed = getenv("FAULTS_SEED");

	drawn = seed != NULL && *seed != '\0' ? strtoull(seed, NULL, 10) : SEED;
	print_message("# %s: seed %" PRIu64 "\n", kind, drawn);
	/* It would stay there. */
	if (drawn == 0)
		drawn = SEED;
}

int64_t
faults_draw(int64_t below)
{
	drawn ^= drawn << 13;
	drawn ^= drawn >> 7;
	drawn ^= drawn << 17;
	return (int64_t)(drawn % (uint64_t)below);
}

void
findings_point(struct findings *f, int64_t at)
{
	f->points++;
	f->at = at;
	if (faults_want_all())
		print_message("# %s: point %d at %" PRId64 "\n", f->kind,
		    f->point, at);
}

void
findings_add(struct findings *f, int *counter, const char *fmt, ...)
{
	const char *what = "?";
	char text[2000];
	va_list args;

#define FINDING(field, words) if (counter == &f->field) what = words;
	FINDINGS(FINDING)
#undef FINDING
	(*counter)++;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	print_message("# found: %s: point %d at %" PRId64 ": %s: %s\n", f->kind,
	    f->point, f->at, what, text);
}

int
findings_sum(const struct findings *f)
{
	int sum = 0;

#define FINDING(field, words) sum += f->field;
	FINDINGS(FINDING)
#undef FINDING
	return sum;
}

void
findings_end(const struct findings *f)
{
	char counts[400];
	size_t n = 0;

#define FINDING(field, words) \
	n += (size_t)snprintf(counts + n, sizeof(counts) - n, ", " words " %d", \
	    f->field);
	FINDINGS(FINDING)
#undef FINDING
	print_message("# counted: %s: points %d, met %d, left to a person %d%s\n",
	    f->kind, f->points, f->met, f->persons, counts);
	assert_int_equal(findings_sum(f), 0);
	/* What never came in a run's way proves nothing. */
	if (!faults_are_shared_out())
		assert_true(f->met > 0 || !faults_want_all());
}

/*
 * tests/steps/test_retention.c - which backups are kept; and kind "prune",
 * which deletes the others.
 */

#include "harness/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/cluster.h"
#include "steps/retention.h"
#include "steps/stage.h"

#define DAY_US	((int64_t)86400 * 1000000)

static const struct retention usual = { .daily = 7, .weekly = 4, .monthly = 6 };

static int64_t
at(const char *time)
{
	struct error err;
	int64_t us;

	assert_ok(clock_parse_rfc3339(time, &us, &err), &err);
	return us;
}

static void
the_newest_of_each_period_stands_for_it(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	struct kept_backup list[] = {
		{ .name = "a", .taken_us = at("2026-11-20T01:00:00Z") },
		{ .name = "b", .taken_us = at("2026-11-20T23:00:00Z") },
		{ .name = "c", .taken_us = at("2026-11-21T01:00:00Z") },
		{ .name = "d", .taken_us = at("2026-11-15T23:59:59Z") },
		{ .name = "e", .taken_us = at("2026-11-16T00:00:00Z") },
		{ .name = "f", .taken_us = at("2026-10-31T12:00:00Z") },
	};
	struct retention r = { .daily = 2, .weekly = 2, .monthly = 2 };

	retention_decide(owner, &r, at("2026-11-21T02:00:00Z"), list,
	    COUNT_OF(list));
	assert_string_equal(list[0].name, "c");
	assert_string_equal(list[0].why, "newest");
	assert_string_equal(list[1].name, "b");
	assert_string_equal(list[1].why, "daily 2026-11-20");
	assert_string_equal(list[2].name, "a");
	assert_null(list[2].why);
	/* ISO weeks begin on Mondays. */
	assert_string_equal(list[3].name, "e");
	assert_null(list[3].why);
	assert_string_equal(list[4].why, "weekly 2026-W46");
	assert_string_equal(list[5].why, "monthly 2026-10");
	talloc_free(owner);
}

static void
younger_than_so_many_days_and_pinned_ones_stay(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	struct retention r = { .daily = 1, .days = 30 };
	struct kept_backup list[40] = { 0 };
	int64_t now = at("2026-11-21T02:00:00Z");
	size_t i;

	for (i = 0; i < COUNT_OF(list); i++) {
		list[i].name = "x";
		list[i].taken_us = now - (int64_t)i * DAY_US - 1;
	}
	list[35].is_pinned = true;
	retention_decide(owner, &r, now, list, COUNT_OF(list));
	assert_string_equal(list[29].why, "younger than 30 days");
	assert_null(list[30].why);
	assert_string_equal(list[35].why, "pinned");
	talloc_free(owner);
}

/* Two a day with gaps, pruned each day, or once at the end: the same. */
static void
pruning_each_day_keeps_what_pruning_once_does(void **state UNUSED)
{
	static struct kept_backup daily[2000], all[2000];
	static int64_t ids[2000];
	void *owner = talloc_new(NULL);
	size_t day, n = 0, total = 0, i, j, kept;
	int64_t begin = at("2024-02-20T00:30:00Z"), now = 0;

	for (day = 0; day < 900; day++) {
		/* Holes of a day, of two weeks, of two months. */
		if (day % 11 == 3 || (day > 200 && day < 215) ||
		    (day > 500 && day < 560))
			continue;
		for (i = 0; i < 2; i++) {
			ids[total] = begin + (int64_t)day * DAY_US +
			    (int64_t)i * DAY_US / 2;
			all[total] = daily[n++] = (struct kept_backup){
				.taken_us = ids[total], .name = "x" };
			now = ids[total++];
		}
		retention_decide(owner, &usual, now, daily, n);
		for (i = j = 0; i < n; i++)
			if (daily[i].why != NULL)
				daily[j++] = daily[i];
		n = j;
		assert_in_range(n, 1, 17);
	}
	retention_decide(owner, &usual, now, all, total);
	for (i = kept = 0; i < total; i++)
		if (all[i].why != NULL)
			assert_true(daily[kept++].taken_us == all[i].taken_us);
	assert_int_equal(kept, n);
	talloc_free(owner);
}

/* ---- prune ------------------------------------------------------------------------ */

static const char steps[] =
    "  - id: backup\n"
    "    backup: {into: backups}\n"
    "    register: backup\n"
    "  - id: prune\n"
    "    prune: {folder: backups, keep: {daily: 7, weekly: 4, monthly: 6}}\n"
    "    class: B\n"
    "    register: pruned\n";

static void
say(struct stage *s, const char *name, const char *taken_at,
    const char *database)
{
	temp_file(s, s->folder, mem_printf(s, "backups/%s/manifest.json", name),
	    mem_printf(s, "{\"taken_at\": \"%s\", \"database\": \"%s\","
	    " \"system_identifier\": \"1\", \"files\": [{\"name\": \"dump\","
	    " \"size\": 5}]}", taken_at, database));
}

static bool
is_there(struct stage *s, const char *name)
{
	return file_exists(mem_printf(s, "%s/backups/%s", s->folder, name));
}

/* A good one of now, and dozens from before that are called like its. */
static struct stage *
stage_with_backups(void)
{
	struct stage *s = stage_new(NULL, steps);
	char *manifest, *text, *name;
	json_t *j;
	struct error err;
	size_t i;

	cluster_sql(s->database, "create table t as select 1 as a");
	assert_ok(stage_run(s, "backup"), &s->err);
	manifest = slurp(s, stage_value(s, "backup.manifest"));
	assert_ok(json_parse(manifest, strlen(manifest), &j, &err), &err);
	for (i = 1; i <= 40; i++) {
		json_object_set_new(j, "taken_at", json_string(clock_rfc3339(s,
		    clock_now_us() - (int64_t)i * DAY_US)));
		text = json_stable(s, j);
		name = mem_printf(s, "backups/old-%02zu/manifest.json", i);
		temp_file(s, s->folder, name, text);
	}
	json_decref(j);
	/* The stage's own run has registered it; here that is no reason. */
	json_object_clear(s->run->state->values);
	return s;
}

static void
only_what_the_preview_says_is_deleted(void **state UNUSED)
{
	struct stage *s = stage_with_backups();
	const char *shown;

	temp_file(s, s->folder, "backups/old-39/KEEP", "");
	temp_file(s, s->folder, "backups/half.partial/dump", "x");
	temp_file(s, s->folder, "backups/notes.txt", "x");
	say(s, "other", "2020-01-01T00:00:00Z", "another");
	assert_ok(stage_run(s, "prune"), &s->err);
	shown = json_str(s->attempt->plan->shown, "text");
	assert_contains(shown, "  keep    ");
	assert_contains(shown, "newest\n");
	assert_contains(shown, "  keep    old-39");
	assert_contains(shown, "pinned\n");
	assert_contains(shown, "  delete  old-08");
	assert_contains(shown, "  leave   half.partial  no proven backup\n");

	assert_true(is_there(s, "old-01"));
	assert_true(is_there(s, "old-06"));
	assert_true(is_there(s, "old-39"));
	assert_false(is_there(s, "old-15") && is_there(s, "old-16") &&
	    is_there(s, "old-17"));
	/* Of another database it is the newest, however old. */
	assert_true(is_there(s, "other"));
	assert_true(is_there(s, "half.partial"));
	assert_true(is_there(s, "notes.txt"));
	assert_in_range(atoi(stage_value(s, "pruned.kept")), 10, 17);

	assert_ok(stage_run(s, "prune"), &s->err);
	assert_string_equal(stage_value(s, "pruned.deleted"), "0");
	stage_verify(s);
	talloc_free(s);
}

static void
where_the_newest_is_not_good_nothing_is_deleted(void **state UNUSED)
{
	struct stage *s = stage_with_backups();
	char *text = slurp(s, mem_printf(s,
	    "%s/backups/old-01/manifest.json", s->folder));
	struct error err;
	json_t *j;

	/* It says that it is the newest, and has no dump. */
	assert_ok(json_parse(text, strlen(text), &j, &err), &err);
	json_object_set_new(j, "taken_at", json_string(clock_rfc3339(s,
	    clock_now_us() - 1000)));
	temp_file(s, s->folder, "backups/broken/manifest.json",
	    json_stable(s, j));
	json_decref(j);
	assert_error(stage_run(s, "prune"), &s->err, ERR_VERIFY);
	assert_contains(s->err.primary, "nothing is deleted");
	assert_true(is_there(s, "old-08"));
	assert_true(is_there(s, "old-40"));
	talloc_free(s);
}

static void
where_the_clock_is_behind_the_newest_nothing_is_deleted(void **state UNUSED)
{
	struct stage *s = stage_with_backups();
	char *name = mem_printf(s, "%s/backups/old-01/manifest.json",
	    s->folder), *text = slurp(s, name);
	struct error err;
	json_t *j;

	assert_ok(json_parse(text, strlen(text), &j, &err), &err);
	json_object_set_new(j, "taken_at", json_string(clock_rfc3339(s,
	    clock_now_us() + DAY_US)));
	temp_file(s, s->folder, "backups/tomorrow/manifest.json",
	    json_stable(s, j));
	json_decref(j);
	assert_error(stage_run(s, "prune"), &s->err, ERR_POLICY);
	assert_contains(s->err.primary, "\"tomorrow\" is from the future");
	assert_true(is_there(s, "old-08"));
	assert_true(is_there(s, "old-40"));
	talloc_free(s);
}

static void
what_an_open_run_has_registered_stays(void **state UNUSED)
{
	struct stage *s = stage_with_backups();
	char *folder = mem_printf(s, "%s/backups/old-38", s->folder);

	json_object_set_new(s->run->state->values, "mine", json_pack(
	    "{s:s, s:s}", "folder", folder, "manifest", "m"));
	assert_ok(stage_run(s, "prune"), &s->err);
	assert_true(is_there(s, "old-38"));
	talloc_free(s);
}

static void
lint_wants_a_retention_that_keeps_something(void **state UNUSED)
{
	void *owner = talloc_new(NULL);

	assert_contains(stage_lint(owner, "  - id: a\n"
	    "    prune: {folder: b}\n    class: B\n"),
	    "\"keep\" keeps nothing but the newest");
	assert_contains(stage_lint(owner, "  - id: a\n"
	    "    prune: {folder: b, keep: {dayly: 3}}\n    class: B\n"),
	    "unknown key \"dayly\" in \"keep\"");
	talloc_free(owner);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_of_each_period_stands_for_it),
		cmocka_unit_test(
		    younger_than_so_many_days_and_pinned_ones_stay),
		cmocka_unit_test(pruning_each_day_keeps_what_pruning_once_does),
		cmocka_unit_test(only_what_the_preview_says_is_deleted),
		cmocka_unit_test(
		    where_the_newest_is_not_good_nothing_is_deleted),
		cmocka_unit_test(
		    where_the_clock_is_behind_the_newest_nothing_is_deleted),
		cmocka_unit_test(what_an_open_run_has_registered_stays),
		cmocka_unit_test(lint_wants_a_retention_that_keeps_something),
	};

	return test_main(tests, cluster_start, cluster_stop);
}

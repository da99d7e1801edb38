/*
 * A Supabase project's database: what the platform brings along is left out,
 * and that is said; what is the user's is compared wherever it hangs.
 */

#include "harness/test.h"

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/schemas.h"

static int
start(void **state)
{
	int rc = cluster_start(state);

	/* By which the platform is known. */
	cluster_sql("postgres", "CREATE ROLE supabase_admin");
	return rc;
}

/* As a project's database is before, and after these statements. */
static char *
project(const void *owner, const char *sql)
{
	char *prelude = slurp(owner, mem_printf(owner,
	    "%s/tests/peers/supabase-prelude.sql", test_srcdir()));
	char *name = schemas_database(owner, prelude);

	cluster_sql(name, sql);
	return name;
}

static struct schema_snapshot *
snapshot_of(const void *owner, const char *sql)
{
	char *name = project(owner, sql);
	struct schema_snapshot *s = schemas_read(owner, name);

	cluster_drop_db(name);
	return s;
}

static bool
leaves_out(const struct schema_snapshot *s, const char *what)
{
	for (const char **l = s->left_out; *l != NULL; l++)
		if (strcmp(*l, what) == 0)
			return true;
	return false;
}

static void
a_change_inside_a_platforms_schema_is_left_out_and_that_is_said(
    void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	const struct schema_snapshot *as_made = snapshot_of(scratch, "");
	const struct schema_snapshot *newer = snapshot_of(scratch,
	    "ALTER TABLE auth.users ADD phone text, ALTER email TYPE text;"
	    "CREATE TABLE auth.sessions (id uuid PRIMARY KEY);"
	    "CREATE INDEX ON storage.objects (name);"
	    "COMMENT ON TABLE storage.objects IS 'files';"
	    "CREATE FUNCTION auth.touch() RETURNS trigger LANGUAGE plpgsql AS "
	    "'BEGIN RETURN new; END'; CREATE TRIGGER touch BEFORE UPDATE ON "
	    "auth.users FOR EACH ROW EXECUTE FUNCTION auth.touch();"
	    "GRANT SELECT ON auth.users TO anon");
	const struct drift *d = drift_compare(scratch, newer, as_made, NULL);

	if (d->count > 0)
		fail_msg("there is drift:\n%s", schemas_list(scratch, d));
	assert_true(leaves_out(as_made, "schema auth (of the platform)"));
	assert_true(leaves_out(as_made, "schema storage (of the platform)"));
	assert_true(leaves_out(as_made, "schema extensions (of the platform)"));
	assert_true(leaves_out(newer, "schema auth (of the platform)"));
	talloc_free(scratch);
}

static const char users_own[] =
    "CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users);"
    "CREATE FUNCTION welcome() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN new; END'; CREATE TRIGGER welcome AFTER INSERT ON "
    "auth.users FOR EACH ROW EXECUTE FUNCTION welcome();"
    "CREATE POLICY own_files ON storage.objects FOR SELECT TO authenticated "
    "USING (owner = auth.uid());"
    "COMMENT ON POLICY own_files ON storage.objects IS 'each his own'";

static void
a_users_trigger_and_policy_on_a_platforms_table_are_not_lost(
    void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	char *without = project(scratch, ""), *with = project(scratch, users_own);
	const struct schema_snapshot *actual = schemas_read(scratch, without);
	const struct schema_snapshot *expected = schemas_read(scratch, with);
	struct drift *d = drift_compare(scratch, expected, actual, NULL);
	enum drift_truth *truths = NEW_ARRAY(scratch, enum drift_truth,
	    d->count + 1);
	char **forward, **codified;

	schemas_item(d, "trigger auth.users.welcome");
	schemas_item(d, "policy storage.objects.own_files");
	schemas_item(d, "table public.profiles");
	for (size_t i = 0; i < d->count; i++)
		truths[i] = TRUTH_MIGRATIONS;
	drift_sql(scratch, d, truths, &forward, &codified);
	for (; *forward != NULL; forward++)
		cluster_sql(without, *forward);
	actual = schemas_read(scratch, without);
	d = drift_compare(scratch, expected, actual, NULL);

	if (d->count > 0)
		fail_msg("it does not converge:\n%s", schemas_list(scratch, d));
	assert_string_equal(cluster_value(scratch, without, "SELECT count(*) "
	    "FROM pg_trigger WHERE tgname = 'welcome' "
	    "AND tgrelid = 'auth.users'::regclass"), "1");
	cluster_drop_db(without);
	cluster_drop_db(with);
	talloc_free(scratch);
}

static void
a_users_trigger_and_policy_on_a_platforms_table_can_go_and_change(
    void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	char *name = project(scratch, users_own);
	const struct schema_snapshot *actual = schemas_read(scratch, name);
	const struct schema_snapshot *expected = snapshot_of(scratch,
	    "CREATE POLICY own_files ON storage.objects FOR SELECT TO anon "
	    "USING (true)");
	struct drift *d = drift_compare(scratch, expected, actual, NULL);
	const struct drift_item *policy = schemas_item(d,
	    "policy storage.objects.own_files");
	enum drift_truth *truths = NEW_ARRAY(scratch, enum drift_truth,
	    d->count + 1);
	char **forward, **codified;

	assert_int_equal(policy->change, DRIFT_ALTER);
	assert_true(schemas_has_reason(policy, "access changes"));
	assert_true(schemas_has_reason(schemas_item(d,
	    "trigger auth.users.welcome"), "trigger dropped"));
	for (size_t i = 0; i < d->count; i++)
		truths[i] = TRUTH_MIGRATIONS;
	drift_sql(scratch, d, truths, &forward, &codified);
	for (; *forward != NULL; forward++)
		cluster_sql(name, *forward);
	actual = schemas_read(scratch, name);

	assert_int_equal(drift_compare(scratch, expected, actual, NULL)->count, 0);
	cluster_drop_db(name);
	talloc_free(scratch);
}

static void
an_extensions_members_are_left_out_and_counted(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	const struct schema_snapshot *s = snapshot_of(scratch,
	    "CREATE EXTENSION pgcrypto SCHEMA extensions;"
	    "CREATE EXTENSION citext; CREATE TABLE t (name citext)");
	bool counted = false;

	for (const char **l = s->left_out; *l != NULL; l++)
		counted |= str_ends(*l, " objects of extension citext");
	assert_true(counted);
	assert_null(schema_find(s, "extension pgcrypto"));
	assert_non_null(schema_find(s, "extension citext"));
	assert_null(schema_find(s, "function public.citext(boolean)"));
	assert_non_null(schema_find(s, "table public.t"));
	talloc_free(scratch);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
	    a_change_inside_a_platforms_schema_is_left_out_and_that_is_said),
		cmocka_unit_test(
		    a_users_trigger_and_policy_on_a_platforms_table_are_not_lost),
		cmocka_unit_test(
	    a_users_trigger_and_policy_on_a_platforms_table_can_go_and_change),
		cmocka_unit_test(an_extensions_members_are_left_out_and_counted),
	};

	return test_main(tests, start, cluster_stop);
}

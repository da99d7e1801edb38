/* tests/postgres/test_target.c - connection URLs as users have them. */

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"
#include "postgres/target.h"

static struct pg_target *
parse(const char *url)
{
	struct error err;
	struct pg_target *t = pg_target_parse(NULL, url, &err);

	assert_got(t, &err);
	return t;
}

static void
refuses(const char *url, const char *primary, const char *hint)
{
	struct error err;
	struct pg_target *t = pg_target_parse(NULL, url, &err);

	assert_null(t);
	assert_int_equal(err.code, ERR_USAGE);
	assert_contains(err.primary, primary);
	assert_contains(err.hint, hint);
	assert_null(strstr(err.primary, "geheim"));
	assert_null(strstr(err.detail, "geheim"));
}

static bool
has(char *const *list, const char *entry)
{
	for (; *list != NULL; list++)
		if (str_equal(*list, entry))
			return true;
	return false;
}

static bool
has_name(char *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (str_starts(*list, name) && (*list)[strlen(name)] == '=')
			return true;
	return false;
}

static void
a_plain_url_is_taken_apart(void **state UNUSED)
{
	struct pg_target *t =
	    parse("postgresql://ana:ge%40heim@db.example.com:6432/shop");

	assert_string_equal(t->host, "db.example.com");
	assert_string_equal(t->port, "6432");
	assert_string_equal(t->user, "ana");
	assert_string_equal(t->dbname, "shop");
	assert_string_equal(t->password, "ge@heim");
	assert_string_equal(t->schema, "public");
	assert_false(t->says_schema);
	assert_false(t->says_pooler);
	assert_null(t->dropped[0]);
	assert_string_equal(t->shown,
	    "postgresql://ana@db.example.com:6432/shop");
	talloc_free(t);
}

static void
prismas_parameters_are_mapped_or_dropped_and_listed(void **state UNUSED)
{
	struct pg_target *t = parse("postgres://u:p@h/d?schema=app"
	    "&connection_limit=5&pgbouncer=true&sslaccept=strict"
	    "&sslmode=require&sslcert=ca.pem&pool_timeout=2&wonder=1"
	    "&application_name=x");

	assert_string_equal(t->schema, "app");
	assert_true(t->says_schema);
	assert_true(t->says_pooler);
	assert_string_equal(pg_target_value(t, "sslmode"), "verify-full");
	assert_string_equal(pg_target_value(t, "sslrootcert"), "ca.pem");
	assert_string_equal(pg_target_value(t, "sslcert"), "");
	assert_string_equal(pg_target_value(t, "application_name"), "x");
	assert_string_equal(t->dropped[0], "connection_limit");
	assert_string_equal(t->dropped[1], "pool_timeout");
	assert_string_equal(t->dropped[2], "wonder");
	assert_null(t->dropped[3]);
	assert_string_equal(t->note, "connection_limit, pool_timeout, wonder "
	    "left out, libpq has no such parameter");
	talloc_free(t);
}

static void
libpqs_own_parameters_keep_their_meaning(void **state UNUSED)
{
	struct pg_target *t = parse("postgresql://h/d?sslcert=me.pem"
	    "&sslkey=me.key&options=-c%20search_path%3Dapp");

	assert_string_equal(pg_target_value(t, "sslcert"), "me.pem");
	assert_string_equal(pg_target_value(t, "sslkey"), "me.key");
	assert_string_equal(pg_target_value(t, "options"),
	    "-c search_path=app");
	talloc_free(t);

	t = parse("postgresql://h/d?ssl=true");
	assert_string_equal(pg_target_value(t, "sslmode"), "require");
	talloc_free(t);

	t = parse("postgresql://h/d?sslmode=verify-full");
	assert_null(t->note);
	talloc_free(t);
}

static void
what_a_url_asks_for_and_does_not_get_is_said(void **state UNUSED)
{
	struct pg_target *t = parse("postgresql://h/d?sslmode=no-verify");

	assert_string_equal(pg_target_value(t, "sslmode"), "require");
	assert_string_equal(t->note, "sslmode=no-verify is taken for require: "
	    "whose certificate it is nobody checks");
	talloc_free(t);

	t = parse("postgresql://h/d?sslaccept=accept_invalid_certs&supa=x");
	assert_string_equal(t->note, "supa left out, libpq has no such "
	    "parameter; sslaccept is not strict: whose certificate it is "
	    "nobody checks");
	assert_string_equal(pg_target_with_database(t, t, "other")->note,
	    t->note);
	talloc_free(t);

	/* The rest of a password is nobody's to read. */
	t = parse("postgresql://h/d?password=ge&heim");
	assert_string_equal(t->note, "1 without a name left out, libpq has no "
	    "such parameter");
	talloc_free(t);
}

static void
an_unescaped_at_sign_in_a_password_is_refused(void **state UNUSED)
{
	refuses("postgresql://u:p@geheim@db/shop", "could not read", "%40");
}

static void
what_is_no_postgres_url_is_refused(void **state UNUSED)
{
	refuses("prisma://accelerate.example/?api_key=geheim",
	    "its scheme is \"prisma\"", "DIRECT_URL");
	refuses("mysql://root:geheim@h/d", "its scheme is \"mysql\"",
	    "postgresql://");
	refuses("", "empty", "");
	refuses("postgresql://u:geheim@[::1/d", "could not read", "%40");
	refuses("host=h password=geheim unknown=1", "could not read", "");
}

static void
supabase_endpoints_are_known(void **state UNUSED)
{
	struct pg_target *t = parse("postgresql://postgres.ref:x@"
	    "aws-0-eu-west-1.pooler.supabase.com:6543/postgres");

	assert_true(t->says_pooler);
	talloc_free(t);

	t = parse("postgresql://postgres.ref:x@"
	    "aws-0-eu-west-1.pooler.supabase.com:5432/postgres");
	assert_false(t->says_pooler);
	talloc_free(t);
}

static void
a_url_with_a_placeholder_is_refused(void **state UNUSED)
{
	refuses("postgresql://postgres:[YOUR-PASSWORD]@db.ref.supabase.co:5432/"
	    "postgres", "the connection URL still has a placeholder",
	    "put the password in place of [YOUR-PASSWORD]");
	refuses("postgresql://postgres:<password>@db.example.com/shop",
	    "the connection URL still has a placeholder",
	    "put the password in place of [YOUR-PASSWORD]");
}

static void
pg_variables_do_not_fill_in(void **state UNUSED)
{
	struct pg_target *t;

	setenv("PGHOST", "wrong.example.com", 1);
	setenv("PGHOSTADDR", "192.0.2.1", 1);
	setenv("PGDATABASE", "wrong", 1);
	setenv("PGUSER", "wrong", 1);
	setenv("PGPASSWORD", "wrong", 1);
	setenv("PGSERVICE", "wrong", 1);
	t = parse("postgresql://");

	assert_string_equal(t->host, "");
	assert_string_not_equal(t->user, "wrong");
	assert_string_equal(t->user, getpwuid(geteuid())->pw_name);
	assert_string_equal(t->dbname, t->user);
	assert_null(t->password);
	assert_null(pg_target_value(t, "hostaddr"));
	assert_string_equal(getenv("PGHOST"), "wrong.example.com");
	talloc_free(t);
	unsetenv("PGHOST");
	unsetenv("PGHOSTADDR");
	unsetenv("PGDATABASE");
	unsetenv("PGUSER");
	unsetenv("PGPASSWORD");
	unsetenv("PGSERVICE");
}

static void
a_service_fills_in_and_the_url_wins(void **state UNUSED)
{
	char *folder = temp_folder(NULL);
	char *file = temp_file(folder, folder, "services",
	    "[shop]\nhost=db1\nport=7777\nuser=ben\ndbname=shop\n");
	struct pg_target *t;

	setenv("PGSERVICEFILE", file, 1);
	t = parse("service=shop dbname=other");

	assert_string_equal(t->host, "db1");
	assert_string_equal(t->port, "7777");
	assert_string_equal(t->user, "ben");
	assert_string_equal(t->dbname, "other");
	talloc_free(t);
	unsetenv("PGSERVICEFILE");
	talloc_free(folder);
}

static void
socket_folders_and_addresses_are_shown_as_urls(void **state UNUSED)
{
	struct pg_target *t =
	    parse("host=/run/pg port=5555 user=ana dbname='my shop'");

	assert_string_equal(t->shown,
	    "postgresql://ana@/my%20shop?host=/run/pg&port=5555");
	talloc_free(t);

	t = parse("postgresql://ana@[::1]:5433/d");
	assert_string_equal(t->shown, "postgresql://ana@[::1]:5433/d");
	talloc_free(t);
}

static void
another_database_is_the_same_server(void **state UNUSED)
{
	struct pg_target *t =
	    parse("postgresql://u:p@h:1/a?schema=app&connection_limit=1");
	struct pg_target *other = pg_target_with_database(NULL, t, "b c");

	assert_string_equal(other->dbname, "b c");
	assert_string_equal(pg_target_value(other, "dbname"), "b c");
	assert_string_equal(other->shown, "postgresql://u@h:1/b%20c");
	assert_string_equal(other->password, "p");
	assert_string_equal(other->schema, "app");
	assert_true(other->says_schema);
	assert_string_equal(other->dropped[0], "connection_limit");
	talloc_free(t);
	assert_string_equal(other->host, "h");
	talloc_free(other);
}

static void
programs_get_it_as_their_environment(void **state UNUSED)
{
	struct pg_target *t = parse("postgresql://u:p@h:5544/d"
	    "?sslmode=verify-full&sslrootcert=ca.pem&application_name=x");
	char **list;

	setenv("PGHOSTADDR", "192.0.2.1", 1);
	setenv("PGTZ", "Mars", 1);
	list = pg_target_environment(t, t, "pgrunbook dump 7");

	assert_true(has(list, "PGHOST=h"));
	assert_true(has(list, "PGPORT=5544"));
	assert_true(has(list, "PGUSER=u"));
	assert_true(has(list, "PGDATABASE=d"));
	assert_true(has(list, "PGPASSWORD=p"));
	assert_true(has(list, "PGSSLMODE=verify-full"));
	assert_true(has(list, "PGSSLROOTCERT=ca.pem"));
	assert_true(has(list, "PGAPPNAME=pgrunbook dump 7"));
	assert_true(has(list, "LC_ALL=C"));
	assert_false(has_name(list, "PGHOSTADDR"));
	assert_false(has_name(list, "PGTZ"));
	assert_true(has_name(list, "PATH"));
	talloc_free(t);
	unsetenv("PGHOSTADDR");
	unsetenv("PGTZ");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_url_is_taken_apart),
		cmocka_unit_test(
		    prismas_parameters_are_mapped_or_dropped_and_listed),
		cmocka_unit_test(what_a_url_asks_for_and_does_not_get_is_said),
		cmocka_unit_test(libpqs_own_parameters_keep_their_meaning),
		cmocka_unit_test(
		    an_unescaped_at_sign_in_a_password_is_refused),
		cmocka_unit_test(what_is_no_postgres_url_is_refused),
		cmocka_unit_test(supabase_endpoints_are_known),
		cmocka_unit_test(a_url_with_a_placeholder_is_refused),
		cmocka_unit_test(pg_variables_do_not_fill_in),
		cmocka_unit_test(a_service_fills_in_and_the_url_wins),
		cmocka_unit_test(
		    socket_folders_and_addresses_are_shown_as_urls),
		cmocka_unit_test(another_database_is_the_same_server),
		cmocka_unit_test(programs_get_it_as_their_environment),
	};

	return test_main(tests, NULL, NULL);
}

/* tests/base/test_redact.c - secrets never come through. */

#include <string.h>

#include "base/memory.h"
#include "base/redact.h"
#include "harness/test.h"

static struct redactor *
one_secret(const char *value)
{
	struct redactor *r = redactor_new(NULL);

	assert_true(redactor_add(r, "PW", value));
	return r;
}

/* Whole, and cut into reads at every place: the same comes out. */
static void
assert_redacted(const struct redactor *r, const char *text, const char *wanted)
{
	size_t size = strlen(text), first, second;
	char *whole = redact_text(NULL, r, text);

	assert_string_equal(whole, wanted);
	talloc_free(whole);
	for (first = 0; first <= size; first++)
		for (second = first; second <= size; second++) {
			struct redact_stream *s = redact_stream_new(NULL, r);
			struct buffer *out = buffer_new(s);

			redact_stream_feed(s, text, first, out);
			redact_stream_feed(s, text + first, second - first, out);
			redact_stream_feed(s, text + second, size - second, out);
			redact_stream_end(s, out);
			assert_string_equal(out->data, wanted);
			talloc_free(s);
		}
}

static void
a_secret_is_replaced_wherever_the_reads_split_it(void **state UNUSED)
{
	struct redactor *r = one_secret("s3cr3t!");

	assert_redacted(r, "a s3cr3t! and s3cr3t!s3cr3t!",
	    "a [secret PW] and [secret PW][secret PW]");
	assert_redacted(r, "s3cr3t s3cr3", "s3cr3t s3cr3");
	assert_redacted(r, "s3s3cr3t!", "s3[secret PW]");
	talloc_free(r);
}

static void
its_url_encoded_form_is_replaced(void **state UNUSED)
{
	struct redactor *r = one_secret("p@ss w/\xc3\xa9");

	assert_redacted(r, "postgres://u:p%40ss%20w%2F%C3%A9@h",
	    "postgres://u:[secret PW]@h");
	assert_redacted(r, "x=p%40ss+w%2f%c3%a9&y", "x=[secret PW]&y");
	assert_redacted(r, "%70%40%73%73%20%77%2f%c3%a9", "[secret PW]");
	assert_redacted(r, "p%40ss%2", "p%40ss%2");
	talloc_free(r);
}

static void
its_base64_is_replaced_standing_alone(void **state UNUSED)
{
	/* printf '%s' ... | base64 */
	struct redactor *r = one_secret("hunter2!");
	struct redactor *seven = one_secret("hunter2");
	struct redactor *nine = one_secret("hunter2??");

	assert_redacted(r, "x aHVudGVyMiE= y", "x [secret PW] y");
	assert_redacted(seven, "aHVudGVyMg==", "[secret PW]");
	assert_redacted(nine, "aHVudGVyMj8/", "[secret PW]");
	assert_redacted(nine, "aHVudGVyMj8_", "[secret PW]");
	talloc_free(r);
	talloc_free(seven);
	talloc_free(nine);
}

static void
its_base64_is_replaced_inside_of_other_text(void **state UNUSED)
{
	static const struct {
		const char	*encoded;	/* of ...hunter2!... */
		const char	*wanted;
	} cases[] = {
		/* "u:hunter2!", "us:hunter2!", "use:hunter2!x" */
		{ "dTpodW50ZXIyIQ==", "dTp[secret PW]Q==" },
		{ "dXM6aHVudGVyMiE=", "dXM6[secret PW]" },
		{ "dXNlOmh1bnRlcjIheA==", "dXNlOm[secret PW]eA==" },
	};
	struct redactor *r = one_secret("hunter2!");
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++)
		assert_redacted(r, cases[i].encoded, cases[i].wanted);
	talloc_free(r);
}

static void
its_base64_is_replaced_across_a_line_break(void **state UNUSED)
{
	struct redactor *r = one_secret("hunter2!");

	assert_redacted(r, "aHVu\ndGVyMiE=", "[secret PW]");
	assert_redacted(r, "aHVudGV\r\nyMiE=", "[secret PW]");
	assert_redacted(r, "hun\nter2!", "hun\nter2!");
	talloc_free(r);
}

static void
the_longest_of_several_is_taken(void **state UNUSED)
{
	struct redactor *r = redactor_new(NULL);

	assert_true(redactor_add(r, "SHORT", "pass"));
	assert_true(redactor_add(r, "LONG", "password"));

	assert_redacted(r, "pass password passwor",
	    "[secret SHORT] [secret LONG] [secret SHORT]wor");
	talloc_free(r);
}

static void
no_part_of_overlapping_secrets_shows(void **state UNUSED)
{
	struct redactor *r = redactor_new(NULL);

	assert_true(redactor_add(r, "A", "abcd1234"));
	assert_true(redactor_add(r, "B", "1234wxyz"));

	assert_redacted(r, "-abcd1234wxyz-", "-[secret A]-");
	assert_redacted(r, "-abcd1234wxy-", "-[secret A]wxy-");
	talloc_free(r);
}

static void
what_is_too_short_to_tell_from_text_is_refused(void **state UNUSED)
{
	struct redactor *r = redactor_new(NULL);

	assert_false(redactor_add(r, "PW", "abc"));
	assert_false(redactor_add(r, "PW", ""));
	assert_redacted(r, "abc", "abc");
	talloc_free(r);
}

static void
nothing_is_held_back_that_cannot_be_a_secret(void **state UNUSED)
{
	struct redactor *r = one_secret("s3cr3t!");
	struct redact_stream *s = redact_stream_new(NULL, r);
	struct buffer *out = buffer_new(s);

	redact_stream_feed(s, "line\n", 5, out);
	assert_string_equal(out->data, "line\n");
	redact_stream_feed(s, "x s3cr", 6, out);
	assert_string_equal(out->data, "line\nx ");
	redact_stream_feed(s, ".", 1, out);
	assert_string_equal(out->data, "line\nx s3cr.");
	talloc_free(s);
	talloc_free(r);
}

static void
a_stream_may_hold_nuls(void **state UNUSED)
{
	struct redactor *r = one_secret("s3cr3t!");
	struct redact_stream *s = redact_stream_new(NULL, r);
	struct buffer *out = buffer_new(s);

	redact_stream_feed(s, "\0s3cr3t!\0", 9, out);
	redact_stream_end(s, out);
	assert_int_equal(out->size, 13);
	assert_memory_equal(out->data, "\0[secret PW]\0", 13);
	talloc_free(s);
	talloc_free(r);
}

/* As a stream says it; redact_text() agrees where it is no plain password=x. */
static void
assert_message(const char *text, const char *wanted)
{
	struct redactor *r = one_secret("s3cr3t!");
	size_t size = strlen(text), cut;
	char *whole = redact_message(NULL, r, text), *again;

	assert_string_equal(whole, wanted);
	/* What was redacted once stays as it is. */
	again = redact_message(NULL, r, whole);
	assert_string_equal(again, whole);
	for (cut = 0; cut <= size; cut++) {
		struct redact_stream *s = redact_stream_new(r, r);
		struct buffer *out = buffer_new(s);

		redact_stream_feed(s, text, cut, out);
		redact_stream_feed(s, text + cut, size - cut, out);
		redact_stream_end(s, out);
		assert_string_equal(out->data, wanted);
	}
	talloc_free(whole);
	talloc_free(again);
	talloc_free(r);
}

static void
what_looks_like_a_password_is_replaced_though_nobody_declared_it(
    void **state UNUSED)
{
	assert_message("ALTER ROLE app PASSWORD 'tiger';",
	    "ALTER ROLE app PASSWORD '[secret password]';");
	assert_message("create role a encrypted password E'it\\'s' login",
	    "create role a encrypted password E'[secret password]' login");
	assert_message("PASSWORD 'a''b' VALID", "PASSWORD '[secret password]' VALID");
	assert_message("PASSWORD $$tiger$$ x", "PASSWORD $$[secret password]$$ x");
	assert_message("PASSWORD $q$ti$er$q$ x",
	    "PASSWORD $q$[secret password]$q$ x");
	assert_message("host=x password=tiger dbname=y",
	    "host=x password=[secret password] dbname=y");
	assert_message("PGPASSWORD=tiger psql", "PGPASSWORD=[secret password] psql");
	assert_message("password = 'tiger' x", "password = '[secret password]' x");
	assert_message("{\"password\": \"tiger\"}",
	    "{\"password\": \"[secret password]\"}");
	assert_message("passwd=tiger, passphrase=lion",
	    "passwd=[secret password], passphrase=[secret password]");
	assert_message("to postgresql://app:ti@ger@db.internal/shop failed",
	    "to postgresql://app:[secret password]@db.internal/shop failed");
	assert_message("redis://:tiger@h redis", "redis://:[secret password]@h redis");
	/* A known one keeps its name, and nothing of what follows shows. */
	assert_message("password=s3cr3t! x", "password=[secret PW] x");
	assert_message("password=s3cr3t!more x", "password=[secret PW] x");
}

static void
what_only_speaks_of_passwords_stays(void **state UNUSED)
{
	static const char *const plain[] = {
		"FATAL:  password authentication failed for user \"app\"",
		"password=$TOKEN", "PASSWORD :'token'", "PASSWORD NULL",
		"password = other_column", "password IS NOT NULL",
		"postgres://app@db/shop", "postgres://app:$PW@db/shop",
		"postgres://app:<password>@db/shop", "password=",
		"http://localhost:8080/a@b", "see https://example.com: a@b",
		"the passwords: none", "password '", "PASSWORD $1 x", "p",
		"::1", "a::text", "password={{pw}}", "x://y:***@z",
	};

	for (size_t i = 0; i < COUNT_OF(plain); i++)
		assert_message(plain[i], plain[i]);
}

static void
a_known_secret_in_the_words_before_is_replaced_too(void **state UNUSED)
{
	struct redactor *r = redactor_new(NULL);

	assert_true(redactor_add(r, "PW", "word='ti"));
	assert_redacted(r, "password='tiger' x", "pass[secret PW]' x");
	talloc_free(r);
}

/* A reviewer reads SQL as it is: there it may be a column. */
static void
in_sql_only_a_literal_is_a_password(void **state UNUSED)
{
	struct redactor *r = one_secret("s3cr3t!");

	assert_string_equal(redact_text(r, r, "UPDATE u SET password=crypt(a)"),
	    "UPDATE u SET password=crypt(a)");
	assert_string_equal(redact_text(r, r, "UPDATE u SET password='tiger'"),
	    "UPDATE u SET password='[secret password]'");
	talloc_free(r);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_replaced_wherever_the_reads_split_it),
		cmocka_unit_test(its_url_encoded_form_is_replaced),
		cmocka_unit_test(its_base64_is_replaced_standing_alone),
		cmocka_unit_test(its_base64_is_replaced_inside_of_other_text),
		cmocka_unit_test(its_base64_is_replaced_across_a_line_break),
		cmocka_unit_test(the_longest_of_several_is_taken),
		cmocka_unit_test(no_part_of_overlapping_secrets_shows),
		cmocka_unit_test(what_is_too_short_to_tell_from_text_is_refused),
		cmocka_unit_test(nothing_is_held_back_that_cannot_be_a_secret),
		cmocka_unit_test(
		    what_looks_like_a_password_is_replaced_though_nobody_declared_it),
		cmocka_unit_test(what_only_speaks_of_passwords_stays),
		cmocka_unit_test(a_known_secret_in_the_words_before_is_replaced_too),
		cmocka_unit_test(in_sql_only_a_literal_is_a_password),
		cmocka_unit_test(a_stream_may_hold_nuls),
	};

	return test_main(tests, NULL, NULL);
}

/* tests/postgres/test_sql.c - SQL text, split, classified and filled in. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"
#include "postgres/sql.h"

#define R	SQL_READS
#define A	SQL_ADDITIVE
#define B	SQL_DESTRUCTIVE
#define NO_TRANSACTION	1
#define CONTROL		2

static const struct {
	const char	*text;
	enum sql_class	 class_;
	const char	*reason, *lock;
	int		 flags;
} known[] = {
#define SQL(text, class_, reason, lock, flags) \
	{ text, class_, reason, lock, flags },
#include "postgres/classify.def"
#undef SQL
};

static void
each_statement_gets_its_class_reason_and_lock(void **state UNUSED)
{
	size_t i, wrong = 0;

	for (i = 0; i < COUNT_OF(known); i++) {
		struct sql_script *script = sql_parse(NULL, known[i].text);
		struct sql_statement *s;

		assert_int_equal(script->count, 1);
		s = &script->statements[0];
		if (s->class_ != known[i].class_ ||
		    !str_equal(s->reason, known[i].reason) ||
		    !str_equal(s->lock, known[i].lock) ||
		    s->no_transaction != (known[i].flags == NO_TRANSACTION) ||
		    s->transaction_control != (known[i].flags == CONTROL)) {
			print_error("%s: class %d, \"%s\", %s%s%s\n",
			    known[i].text, s->class_, s->reason,
			    s->lock == NULL ? "no lock" : s->lock,
			    s->no_transaction ? ", refuses a transaction" : "",
			    s->transaction_control ? ", control" : "");
			wrong++;
		}
		assert_string_equal(s->text, known[i].text);
		talloc_free(script);
	}
	assert_int_equal(wrong, 0);
}

static void
a_script_is_as_dangerous_as_its_worst_statement(void **state UNUSED)
{
	struct sql_script *script = sql_parse(NULL,
	    "SELECT 1; DROP TABLE a; CREATE TABLE b (n int); DROP VIEW v");

	assert_int_equal(script->count, 4);
	assert_int_equal(script->class_, B);
	assert_string_equal(script->reason, "drops a table with its data");
	assert_int_equal(script->parse_error.code, ERR_NONE);
	talloc_free(script);

	script = sql_parse(NULL, "  -- nothing\n ; ;");
	assert_int_equal(script->count, 0);
	assert_int_equal(script->class_, R);
	talloc_free(script);

	script = sql_parse(NULL, "");
	assert_int_equal(script->count, 0);
	talloc_free(script);
}

static void
statements_begin_behind_comments_and_know_their_line(void **state UNUSED)
{
	const char *text = "-- ä note\n"
	    "SELECT ';' /* ; */, $q$;$q$ ;\n"
	    "\n"
	    "/* two\n"
	    "   lines */ DELETE FROM t -- all\n"
	    "  WHERE n = 1\n";
	struct sql_script *script = sql_parse(NULL, text);

	assert_int_equal(script->count, 2);
	assert_string_equal(script->statements[0].text,
	    "SELECT ';' /* ; */, $q$;$q$");
	assert_int_equal(script->statements[0].line, 2);
	assert_string_equal(script->statements[1].text,
	    "DELETE FROM t -- all\n  WHERE n = 1");
	assert_int_equal(script->statements[1].line, 5);
	assert_ptr_equal(strstr(text, "DELETE"),
	    text + script->statements[1].offset);
	talloc_free(script);
}

static void
one_bad_statement_does_not_hide_the_others(void **state UNUSED)
{
	struct sql_script *script = sql_parse(NULL,
	    "SELECT 'ä';\n  DROP TABEL t;\nTRUNCATE u");

	assert_int_equal(script->count, 3);
	assert_true(script->statements[0].parsed);
	assert_int_equal(script->statements[0].class_, R);
	assert_false(script->statements[1].parsed);
	assert_int_equal(script->statements[1].class_, B);
	assert_contains(script->statements[1].reason, "cannot be parsed");
	assert_string_equal(script->statements[2].reason, "empties a table");
	assert_int_equal(script->parse_error.code, ERR_SQL);
	assert_contains(script->parse_error.primary, "\"TABEL\"");
	assert_int_equal(script->parse_error.line, 2);
	assert_int_equal(script->parse_error.column, 8);
	talloc_free(script);
}

static void
an_open_quote_makes_it_all_destructive(void **state UNUSED)
{
	struct sql_script *script = sql_parse(NULL,
	    "SELECT 1;\nSELECT 'open; DROP TABLE t");

	assert_int_equal(script->class_, B);
	assert_int_equal(script->count, 1);
	assert_false(script->statements[0].parsed);
	assert_contains(script->parse_error.primary, "unterminated");
	assert_int_equal(script->parse_error.line, 2);
	assert_int_equal(script->parse_error.column, 8);
	talloc_free(script);
}

static void
absurd_nesting_is_survived(void **state UNUSED)
{
	struct buffer *b = buffer_new(NULL);
	struct sql_script *script;
	int i;

	buffer_puts(b, "SELECT ");
	for (i = 0; i < 100000; i++)
		buffer_puts(b, "(");
	buffer_puts(b, "1");
	for (i = 0; i < 100000; i++)
		buffer_puts(b, ")");
	script = sql_parse(b, b->data);
	assert_int_equal(script->class_, B);
	assert_false(script->statements[0].parsed);

	buffer_clear(b);
	buffer_puts(b, "SELECT 1");
	for (i = 0; i < 20000; i++)
		buffer_puts(b, "+1");
	script = sql_parse(b, b->data);
	assert_int_equal(script->count, 1);
	talloc_free(b);
}

/* ---- values ---------------------------------------------------------------- */

static const char *
value_of(void *arg UNUSED, const char *name)
{
	static const struct {
		const char	*name, *value;
	} values[] = {
		{ "n", "7" }, { "who", "O'Brien" }, { "path", "C:\\x" },
		{ "table", "My \"Table\"" }, { "backup.file", "/b" },
		{ "empty", "" }, { "odd", ":'n' $$ -- /*" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(values); i++)
		if (str_equal(values[i].name, name))
			return values[i].value;
	return NULL;
}

static void
values_go_in_where_psql_would_put_them(void **state UNUSED)
{
	static const struct {
		const char	*text, *expanded;
	} rows[] = {
		{ "SELECT :'n'", "SELECT '7'" },
		{ "SELECT :'who', :'empty'", "SELECT 'O''Brien', ''" },
		{ "SELECT :'path'", "SELECT  E'C:\\\\x'" },
		{ "TABLE :\"table\"", "TABLE \"My \"\"Table\"\"\"" },
		{ "SELECT :'backup.file'", "SELECT '/b'" },
		{ "SELECT :'odd'", "SELECT ':''n'' $$ -- /*'" },
		{ "SELECT :'n'::int", "SELECT '7'::int" },
		{ "SELECT '1'::\"n\"", "SELECT '1'::\"n\"" },
		{ "SELECT 'a :''n'' b'", "SELECT 'a :''n'' b'" },
		{ "SELECT \":'n'\"", "SELECT \":'n'\"" },
		{ "-- :'n'\nSELECT 1 /* :'n' */",
		    "-- :'n'\nSELECT 1 /* :'n' */" },
		{ "DO $$ SELECT :'n' $$", "DO $$ SELECT :'n' $$" },
		{ "SELECT E'\\' :\\'n\\''", "SELECT E'\\' :\\'n\\''" },
		{ "SELECT a[1:2], :n", "SELECT a[1:2], :n" },
		{ "SELECT :'not a name'", "SELECT :'not a name'" },
		{ "SELECT : 'n'", "SELECT : 'n'" },
		{ "SELECT 'ü', :'n'", "SELECT 'ü', '7'" },
		{ "", "" },
	};
	struct error err;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		char *out = sql_expand(NULL, rows[i].text, value_of, NULL,
		    &err);

		assert_got(out, &err);
		assert_string_equal(out, rows[i].expanded);
		talloc_free(out);
	}
}

static void
an_undefined_name_is_told_with_its_place(void **state UNUSED)
{
	struct error err;

	assert_null(sql_expand(NULL, "SELECT 'ü',\n  :'nope'", value_of, NULL,
	    &err));
	assert_int_equal(err.code, ERR_RUNBOOK);
	assert_string_equal(err.primary, "undefined name \"nope\"");
	assert_int_equal(err.line, 2);
	assert_int_equal(err.column, 3);

	assert_null(sql_expand(NULL, "SELECT 'open", value_of, NULL, &err));
	assert_int_equal(err.code, ERR_RUNBOOK);
	assert_contains(err.primary, "unterminated");
}

static void
the_names_in_a_text_are_listed_once(void **state UNUSED)
{
	char **names = sql_names_in(NULL, "SELECT :'a', :\"b\", :'a', "
	    "'x'::\"c\", ':''d''', :'e.f' -- :'g'");

	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
	assert_string_equal(names[2], "e.f");
	assert_null(names[3]);
	talloc_free(names);
}

/* ---- tokens ----------------------------------------------------------------- */

static void
tokens_are_told_by_kind(void **state UNUSED)
{
	static const struct {
		enum sql_token_kind kind;
		const char	*text;
	} wanted[] = {
		{ SQL_TOKEN_KEYWORD, "SELECT" },
		{ SQL_TOKEN_IDENTIFIER, "größe" },
		{ SQL_TOKEN_OTHER, "," },
		{ SQL_TOKEN_STRING, "'x'" },
		{ SQL_TOKEN_OTHER, "," },
		{ SQL_TOKEN_NUMBER, "4.2" },
		{ SQL_TOKEN_COMMENT, "-- end" },
	};
	const char *text = "SELECT größe, 'x', 4.2 -- end";
	size_t count, i;
	struct sql_token *tokens = sql_scan(NULL, text, &count);

	assert_int_equal(count, COUNT_OF(wanted));
	for (i = 0; i < count; i++) {
		char *part = mem_strndup(tokens, text + tokens[i].start,
		    (size_t)(tokens[i].end - tokens[i].start));

		assert_string_equal(part, wanted[i].text);
		assert_int_equal(tokens[i].kind, wanted[i].kind);
	}
	talloc_free(tokens);

	tokens = sql_scan(NULL, "SELECT 'open", &count);
	assert_int_equal(count, 1);
	assert_int_equal(tokens[0].kind, SQL_TOKEN_OTHER);
	assert_int_equal(tokens[0].end, 12);
	talloc_free(tokens);
}

static void
a_statement_names_its_one_relation(void **state)
{
	struct sql_script *s = sql_parse(NULL,
	    "ALTER TABLE shop.\"Orders\" DROP COLUMN x; TRUNCATE orders;"
	    "DELETE FROM orders; TRUNCATE a, b; SELECT 1");

	(void)state;
	assert_int_equal(s->count, 5);
	assert_string_equal(s->statements[0].relation,
	    "\"shop\".\"Orders\"");
	assert_string_equal(s->statements[1].relation, "\"orders\"");
	assert_string_equal(s->statements[2].relation, "\"orders\"");
	assert_null(s->statements[3].relation);
	assert_null(s->statements[4].relation);
	talloc_free(s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_statement_gets_its_class_reason_and_lock),
		cmocka_unit_test(
		    a_script_is_as_dangerous_as_its_worst_statement),
		cmocka_unit_test(
		    statements_begin_behind_comments_and_know_their_line),
		cmocka_unit_test(one_bad_statement_does_not_hide_the_others),
		cmocka_unit_test(an_open_quote_makes_it_all_destructive),
		cmocka_unit_test(absurd_nesting_is_survived),
		cmocka_unit_test(values_go_in_where_psql_would_put_them),
		cmocka_unit_test(an_undefined_name_is_told_with_its_place),
		cmocka_unit_test(the_names_in_a_text_are_listed_once),
		cmocka_unit_test(tokens_are_told_by_kind),
		cmocka_unit_test(a_statement_names_its_one_relation),
	};

	return test_main(tests, NULL, NULL);
}

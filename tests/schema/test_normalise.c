/* Tests of schema/normalise.c. */

#include "harness/test.h"

#include <talloc.h>

#include "schema/normalise.h"

static void
becomes(const char *from, const char *to)
{
	char *text = schema_normalise(NULL, from);

	assert_string_equal(text, to);
	talloc_free(text);
	/* And stays so. */
	text = schema_normalise(NULL, to);
	assert_string_equal(text, to);
	talloc_free(text);
}

static void
a_cast_around_an_array_goes_to_its_elements(void **state)
{
	(void)state;
	becomes("CHECK (((v)::text = ANY ((ARRAY['a'::character varying, "
	    "'b'::character varying])::text[])))",
	    "CHECK (((v)::text = ANY (ARRAY[('a'::character varying)::text, "
	    "('b'::character varying)::text])))");
	becomes("(ARRAY[f(a, b), g])::numeric(10,2)[]",
	    "ARRAY[(f(a, b))::numeric(10,2), (g)::numeric(10,2)]");
}

static void
what_is_quoted_is_left_alone(void **state)
{
	(void)state;
	becomes("'(ARRAY[1, 2])::text[]'", "'(ARRAY[1, 2])::text[]'");
	becomes("$x$(ARRAY[1])::text[]$x$", "$x$(ARRAY[1])::text[]$x$");
	becomes("\"(ARRAY[1])::text[]\"", "\"(ARRAY[1])::text[]\"");
	becomes("(ARRAY['a, ''b'::character varying, 'c]'::character varying])"
	    "::text[]", "ARRAY[('a, ''b'::character varying)::text, "
	    "('c]'::character varying)::text]");
}

static void
what_is_no_cast_of_an_array_is_left_alone(void **state)
{
	(void)state;
	becomes("(ARRAY[1, 2])", "(ARRAY[1, 2])");
	becomes("(ARRAY[1, 2] || 3)::text[]", "(ARRAY[1, 2] || 3)::text[]");
	becomes("(ARRAY[1, 2])::text", "(ARRAY[1, 2])::text");
	becomes("(ARRAY[1, 2", "(ARRAY[1, 2");
	becomes("(ARRAY[])::text[]", "(ARRAY[])::text[]");
	becomes("", "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cast_around_an_array_goes_to_its_elements),
		cmocka_unit_test(what_is_quoted_is_left_alone),
		cmocka_unit_test(what_is_no_cast_of_an_array_is_left_alone),
	};

	return test_main(tests, NULL, NULL);
}

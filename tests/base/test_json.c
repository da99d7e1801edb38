/* tests/base/test_json.c - stable JSON. */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "harness/test.h"

static json_t *
parse(const void *owner, const char *text)
{
	struct error err = { 0 };
	json_t *value;

	assert_ok(json_parse(text, strlen(text), &value, &err), &err);
	return json_owned(owner, value);
}

static void
the_same_value_gives_the_same_bytes(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	const char *stable = "{\"a\":[1,true,null],\"b\":{\"c\":\"\\u00E9\","
	    "\"d\":2}}";

	assert_string_equal(json_stable(scratch, parse(scratch,
	    "{ \"b\": {\"d\":2, \"c\":\"\xc3\xa9\"}, \"a\":[1,true,null] }")),
	    stable);
	assert_string_equal(json_stable(scratch, parse(scratch, stable)), stable);
	assert_string_equal(json_pretty(scratch, parse(scratch, "{\"b\":1,"
	    "\"a\":2}")), "{\n  \"a\": 2,\n  \"b\": 1\n}");
	talloc_free(scratch);
}

static void
what_is_no_json_is_refused_with_its_place(void **state UNUSED)
{
	struct error err = { 0 };
	json_t *value;

	assert_error(json_parse("{\n\"a\": }", 8, &value, &err), &err,
	    ERR_EXPECT);
	assert_int_equal(err.line, 2);
	assert_error(json_parse("{\"a\":1,\"a\":2}", 13, &value, &err), &err,
	    ERR_EXPECT);
	assert_error(json_parse("", 0, &value, &err), &err, ERR_EXPECT);
	assert_error(json_parse("{} x", 4, &value, &err), &err, ERR_EXPECT);
}

static void
fields_of_another_type_are_as_if_absent(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	json_t *o = parse(scratch, "{\"s\":\"text\",\"n\":7,\"t\":true}");

	assert_string_equal(json_str(o, "s"), "text");
	assert_null(json_str(o, "n"));
	assert_null(json_str(o, "absent"));
	assert_string_equal(json_str_or(o, "n", "other"), "other");
	assert_int_equal(json_int(o, "n", 1), 7);
	assert_int_equal(json_int(o, "s", 1), 1);
	assert_true(json_flag(o, "t"));
	assert_false(json_flag(o, "n"));
	assert_null(json_str(NULL, "s"));
	talloc_free(scratch);
}

static void
members_come_in_order_at_every_depth(void **state UNUSED)
{
	static const char text[] = "[{\"b\":{\"z\":1,\"ab\":[{\"d\":2,\"c\":3}]},\"a\":null}]";
	struct error err;
	json_t *value;
	char *bytes;

	assert_ok(json_parse(text, sizeof(text) - 1, &value, &err), &err);
	value = json_in_order(value);
	/* No flags: as they stand. */
	bytes = json_dumps(value, JSON_COMPACT);
	assert_string_equal(bytes,
	    "[{\"a\":null,\"b\":{\"ab\":[{\"c\":3,\"d\":2}],\"z\":1}}]");
	free(bytes);
	json_decref(value);
	value = json_in_order(json_string("x"));
	assert_string_equal(json_string_value(value), "x");
	json_decref(value);
}

static void
any_bytes_become_text(void **state UNUSED)
{
	json_t *value = json_text("a\xff\xe2\x82z\xc3\xa9", 7);

	assert_string_equal(json_string_value(value),
	    "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\xc3\xa9");
	json_decref(value);
	value = json_text("a\0b", 3);
	assert_int_equal(json_string_length(value), 3);
	json_decref(value);
}

static void
an_owned_value_goes_with_its_owner(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	json_t *value = json_incref(json_owned(owner, json_object()));

	assert_int_equal(value->refcount, 2);
	talloc_free(owner);
	assert_int_equal(value->refcount, 1);
	json_decref(value);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_value_gives_the_same_bytes),
		cmocka_unit_test(what_is_no_json_is_refused_with_its_place),
		cmocka_unit_test(fields_of_another_type_are_as_if_absent),
		cmocka_unit_test(members_come_in_order_at_every_depth),
		cmocka_unit_test(any_bytes_become_text),
		cmocka_unit_test(an_owned_value_goes_with_its_owner),
	};

	return test_main(tests, NULL, NULL);
}

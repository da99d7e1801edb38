/* tests/run/test_event.c - the tables and the checks against them. */

#include "harness/test.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "run/event.h"
#include "run/sample.h"

static void
every_row_has_a_name_that_is_found_again(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < EVENT_COUNT; i++)
		assert_int_equal(event_parse_name(
		    event_name((enum event_type)i)), i);
	for (i = 0; i < INTENT_COUNT; i++)
		assert_int_equal(intent_parse_name(
		    intent_name((enum intent_type)i)), i);
	assert_int_equal(event_parse_name("nonsense"), -1);
	assert_int_equal(event_parse_name(NULL), -1);
}

static void
refuses(enum event_type t, const char *fields, const char *because)
{
	json_t *data = sample_json(fields);
	struct error err = { 0 };

	assert_error(event_check(t, data, &err), &err, ERR_VERIFY);
	assert_string_equal(err.primary, because);
	json_decref(data);
}

static void
check_names_the_first_field_that_is_not_right(void **state)
{
	(void)state;
	refuses(EVENT_ENGINE_STARTED, "{'pid': 1}",
	    "event \"engine_started\" lacks \"host\"");
	refuses(EVENT_ENGINE_STARTED, "{'pid': '1', 'host': 'h'}",
	    "\"pid\" of event \"engine_started\" is not an integer");
	refuses(EVENT_ENGINE_STARTED, "{'pid': 1, 'host': 7}",
	    "\"host\" of event \"engine_started\" is not a string");
	refuses(EVENT_ENGINE_STARTED, "{'pid': 1, 'host': 'h', 'x': 1}",
	    "event \"engine_started\" has no field \"x\"");
	refuses(EVENT_ENGINE_STARTED, "[]",
	    "event \"engine_started\" is not an object");
	refuses(EVENT_ENGINE_STARTED, "{'pid': 1, 'host': 'a\\u0000b'}",
	    "\"host\" of event \"engine_started\" is not a string");
}

static void
an_optional_field_may_be_absent_and_not_of_another_type(void **state)
{
	json_t *data = sample_json("{'text': 't', 'principal': 'p'}");
	struct error err = { 0 };

	(void)state;
	assert_ok(event_check(EVENT_NOTED, data, &err), &err);
	json_decref(data);
	refuses(EVENT_NOTED, "{'text': 't', 'principal': 'p', 'step': 1}",
	    "\"step\" of event \"noted\" is not a string");
}

static void
an_event_comes_back_from_its_json(void **state)
{
	struct event e = { .type = EVENT_NOTED, .at_us = 1795741200123000 };
	struct event back;
	struct error err = { 0 };
	json_t *body;

	(void)state;
	e.data = sample_json("{'text': 'hello', 'principal': 'p'}");
	body = event_to_json(&e);

	assert_ok(event_from_json(body, &back, &err), &err);

	assert_int_equal(back.type, EVENT_NOTED);
	assert_int_equal(back.at_us, e.at_us);
	assert_true(json_equal(back.data, e.data));
	json_decref(back.data);
	json_decref(e.data);
	json_decref(body);
}

static void
json_that_is_no_event_is_refused(void **state)
{
	static const char *const bad[] = {
		"[]", "{}", "{'type': 'noted'}", "{'type': 7, 'at': 'x'}",
		"{'type': 'nonsense', 'at': '2026-11-27T01:00:00.000Z'}",
		"{'type': 'noted', 'at': 'yesterday', 'text': 't',"
		" 'principal': 'p'}",
		"{'type': 'noted', 'at': '2026-11-27T01:00:00.000Z'}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *body = sample_json(bad[i]);
		struct error err = { 0 };
		struct event e;

		assert_error(event_from_json(body, &e, &err), &err, ERR_VERIFY);
		json_decref(body);
	}
}

static void
the_schema_lists_every_event_and_intent(void **state)
{
	json_t *schema = event_schema();
	const json_t *defs = json_object_get(schema, "$defs");

	(void)state;
	assert_int_equal(json_array_size(json_object_get(
	    json_object_get(defs, "event"), "oneOf")), EVENT_COUNT);
	assert_int_equal(json_array_size(json_object_get(
	    json_object_get(defs, "intent"), "oneOf")), INTENT_COUNT);
	json_decref(schema);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_a_name_that_is_found_again),
		cmocka_unit_test(check_names_the_first_field_that_is_not_right),
		cmocka_unit_test(
		    an_optional_field_may_be_absent_and_not_of_another_type),
		cmocka_unit_test(an_event_comes_back_from_its_json),
		cmocka_unit_test(json_that_is_no_event_is_refused),
		cmocka_unit_test(the_schema_lists_every_event_and_intent),
	};

	return test_main(tests, NULL, NULL);
}

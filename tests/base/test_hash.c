/* tests/base/test_hash.c - SHA-256 and random ids. */

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/test.h"

#define OF_NOTHING \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define OF_ABC \
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void
hashes_are_those_of_the_standard(void **state UNUSED)
{
	char hex[SHA256_HEX_SIZE];

	sha256_of("", 0, hex);
	assert_string_equal(hex, OF_NOTHING);
	sha256_of("abc", 3, hex);
	assert_string_equal(hex, OF_ABC);
}

static void
a_hash_can_be_asked_for_on_the_way(void **state UNUSED)
{
	struct sha256 *h = sha256_new(NULL);
	char hex[SHA256_HEX_SIZE];

	sha256_hex(h, hex);
	assert_string_equal(hex, OF_NOTHING);
	sha256_add(h, "a", 1);
	sha256_hex(h, hex);
	sha256_add(h, "bc", 2);
	sha256_hex(h, hex);
	assert_string_equal(hex, OF_ABC);
	talloc_free(h);
}

static void
a_file_is_hashed_as_a_stream(void **state UNUSED)
{
	void *scratch = talloc_new(NULL);
	char *path = temp_file(scratch, temp_folder(scratch), "abc", "abc");
	char hex[SHA256_HEX_SIZE];
	struct error err = { 0 };
	int64_t size;

	assert_ok(sha256_file(path, hex, &size, &err), &err);
	assert_string_equal(hex, OF_ABC);
	assert_int_equal(size, 3);
	assert_error(sha256_file("/no/such", hex, &size, &err), &err,
	    ERR_NOT_FOUND);
	talloc_free(scratch);
}

static void
ids_have_their_form_and_differ(void **state UNUSED)
{
	char *a = uuid_new(NULL), *b = uuid_new(NULL), *hex = random_hex(NULL, 7);

	assert_true(str_matches(a, "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-"
	    "[89ab][0-9a-f]{3}-[0-9a-f]{12}$"));
	assert_string_not_equal(a, b);
	assert_true(str_matches(hex, "^[0-9a-f]{7}$"));
	talloc_free(a);
	talloc_free(b);
	talloc_free(hex);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_standard),
		cmocka_unit_test(a_hash_can_be_asked_for_on_the_way),
		cmocka_unit_test(a_file_is_hashed_as_a_stream),
		cmocka_unit_test(ids_have_their_form_and_differ),
	};

	return test_main(tests, NULL, NULL);
}

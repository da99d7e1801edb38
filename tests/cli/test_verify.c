/* tests/cli/test_verify.c - a bundle proven by the program, and by hand. */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "approval/bundle.h"
#include "base/file.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/program.h"

static void *owner;
static char *keys, *bundle;

static int
set_up(void **state UNUSED)
{
	owner = talloc_new(NULL);
	keys = bundle_keys(owner);
	bundle = bundle_make(owner, keys);
	return 0;
}

static int
tear_down(void **state UNUSED)
{
	talloc_free(owner);
	return 0;
}

static struct told
by_hand(const char *folder, const char *example)
{
	const char *const argv[] = { "bash", "-euo", "pipefail", "-c",
	    manual_example(owner, "pgrunbook-verify.7", example), NULL };

	return program_run(owner, folder, argv);
}

/* What somebody has written down of the bundle that was not forged. */
static void
write_code_down(void)
{
	setenv("CODE", mem_printf(owner, "%.16s", bundle_hash(owner, bundle,
	    6)), 1);
}

static void
the_commands_of_the_manual_prove_a_bundle(void **state UNUSED)
{
	static const char *const examples[] = {
		"chain", "files", "digests", "signatures", "closing", "anchor",
	};

	write_code_down();
	for (size_t i = 0; i < COUNT_OF(examples); i++) {
		struct told t = by_hand(bundle, examples[i]);

		print_message("# %s\n", examples[i]);
		assert_string_equal(t.errors, "");
		assert_string_equal(t.out, "");
		assert_int_equal(t.status, 0);
	}
}

static json_t *
first(json_t *bodies, const char *type)
{
	size_t index = 0;

	return bundle_find(bodies, type, &index);
}

/* The example finds it; the bundle is chained anew. */
static void
finds(const char *example, void (*forge)(json_t *bodies, const char *folder))
{
	char *folder = bundle_copy(owner, bundle);
	json_t *bodies = bundle_read(folder);
	struct told t;

	forge(bodies, folder);
	bundle_write(folder, bodies);
	json_decref(bodies);
	t = by_hand(folder, example);
	print_message("# %s: %s%s\n", example, t.out, t.errors);
	assert_int_not_equal(t.status, 0);
}

static void
cut(json_t *bodies, const char *folder UNUSED)
{
	json_array_remove(bodies, json_array_size(bodies) - 1);
}

static void
change_a_file(json_t *bodies UNUSED, const char *folder)
{
	temp_file(owner, folder, "artifacts/output.txt", "other");
}

static void
change_what_was_shown(json_t *bodies, const char *folder UNUSED)
{
	json_object_set_new(json_object_get(first(bodies, "step_planned"),
	    "shown"), "text", json_string("SELECT 1"));
}

static void
change_a_name(json_t *bodies, const char *folder UNUSED)
{
	json_object_set_new(first(bodies, "signed"), "principal",
	    json_string("carol"));
}

static void
change_the_rule(json_t *bodies, const char *folder UNUSED)
{
	json_object_set_new(json_object_get(first(bodies,
	    "signoff_requested"), "rule"), "min", json_integer(1));
}

static void
the_commands_of_the_manual_find_what_was_forged(void **state UNUSED)
{
	finds("chain", cut);
	finds("files", change_a_file);
	finds("digests", change_what_was_shown);
	finds("signatures", change_a_name);
	finds("signatures", change_the_rule);
	finds("closing", change_the_rule);
	write_code_down();
	finds("anchor", change_the_rule);
}

static void
the_program_says_what_holds_and_how_strongly(void **state UNUSED)
{
	char *code = mem_printf(owner, "--head=%.16s", bundle_hash(owner,
	    bundle, 6));
	struct told t = program_in(owner, NULL, "verify", bundle, code, NULL);

	assert_int_equal(t.status, 0);
	assert_contains(t.out, "2 by ssh keys, 0 by keystrokes");
	assert_contains(t.out, "1 seen elsewhere, each in its place");
	assert_contains(t.out, "closed, signed by ana, SHA256:");
	t = program_in(owner, NULL, "verify", bundle, "--head=0123456789",
	    NULL);
	assert_int_equal(t.status, 5);
	assert_contains(t.errors, "the journal is not the one that");
}

static void
a_bundle_goes_out_as_one_file_that_proves_itself(void **state UNUSED)
{
	char *out = temp_folder(owner);
	const char *const check[] = { "bash", "-euo", "pipefail", "-c",
	    "tar xzf a.tar.gz; cd */ ; sha256sum --check --quiet "
	    "manifest.sha256; jq -r '.subject[] | .digest.sha256 + \"  \" + "
	    ".name' in-toto.json | sha256sum --check --quiet; "
	    "jq -e '.predicate.signOffs | length == 2' in-toto.json >/dev/null;"
	    "\"$1\" verify \"$PWD\"; cmp ../a.tar.gz ../b.tar.gz", "sh",
	    mem_printf(owner, "%s/pgrunbook", test_builddir()), NULL };
	struct told t;

	t = program_in(owner, out, "export", bundle, "--output", "a.tar.gz",
	    NULL);
	assert_string_equal(t.errors, "");
	t = program_in(owner, out, "export", bundle, "--output", "b.tar.gz",
	    NULL);
	assert_int_equal(t.status, 0);
	t = program_run(owner, out, check);
	assert_string_equal(t.errors, "");
	assert_int_equal(t.status, 0);
	assert_contains(t.out, "2 by ssh keys");
}

static void
what_does_not_hold_is_not_handed_over(void **state UNUSED)
{
	char *folder = bundle_copy(owner, bundle), *out = temp_folder(owner);
	struct told t;

	change_a_file(NULL, folder);
	t = program_in(owner, out, "export", folder, "--output", "a.tar.gz",
	    NULL);
	assert_int_equal(t.status, 5);
	assert_false(file_exists(path_join(owner, out, "a.tar.gz")));
	assert_false(file_exists(path_join(owner, out, "a.tar.gz.part")));
}

/* What was shown, as bytes: sha256sum gives the digest. */
static void
the_bytes_that_are_shown_have_the_digest(void **state UNUSED)
{
	json_t *bodies = bundle_read(bundle);
	const char *digest = json_str(first(bodies, "signed"), "digest");
	const char *const argv[] = { "sh", "-c", "\"$1\" approve \"$2\" drop "
	    "--show | sha256sum", "sh", mem_printf(owner, "%s/pgrunbook",
	    test_builddir()), bundle, NULL };
	struct told t = program_run(owner, NULL, argv);

	assert_string_equal(t.errors, "");
	assert_true(str_starts(t.out, digest));
	json_decref(bodies);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_commands_of_the_manual_prove_a_bundle),
		cmocka_unit_test(
		    the_commands_of_the_manual_find_what_was_forged),
		cmocka_unit_test(the_program_says_what_holds_and_how_strongly),
		cmocka_unit_test(
		    a_bundle_goes_out_as_one_file_that_proves_itself),
		cmocka_unit_test(what_does_not_hold_is_not_handed_over),
		cmocka_unit_test(the_bytes_that_are_shown_have_the_digest),
	};

	return test_main(tests, set_up, tear_down);
}

/* tests/harness/keys.c - ssh keys of people in a test. */

#include "harness/test.h"

#include <string.h>

#include "base/child.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/keys.h"

char *
command_output(const void *owner, const char *const *argv)
{
	void *scratch = talloc_new(NULL);
	const struct child_spec spec = { .argv = argv };
	struct error err = { 0 };
	char *out;

	assert_ok(child_capture(owner, loop_new(scratch), &spec, &out, NULL,
	    &err), &err);
	talloc_free(scratch);
	return out;
}

char *
key_make(const void *owner, const char *folder, const char *name)
{
	char *path = path_join(owner, folder, name);
	const char *const argv[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N",
	    "", "-C", name, "-f", path, NULL };

	command_output(owner, argv);
	return path;
}

char *
key_public(const void *owner, const char *key)
{
	char *line = slurp(owner, mem_printf(owner, "%s.pub", key));
	char *end = strchr(strchr(line, ' ') + 1, ' ');

	if (end != NULL)
		*end = '\0';
	return str_trim(owner, line);
}

char *
key_allow(const void *owner, const char *folder, const char *principals,
    const char *options, const char *key)
{
	char *path = path_join(owner, folder, "allowed_signers");

	return temp_file(owner, folder, "allowed_signers", mem_printf(owner,
	    "%s%s %s %s\n", file_exists(path) ? slurp(owner, path) : "",
	    principals, options != NULL ? options :
	    "namespaces=\"pgrunbook-signoff\"", key_public(owner, key)));
}

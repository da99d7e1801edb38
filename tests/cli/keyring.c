/* tests/cli/keyring.c - people with ssh keys (cli/keyring.h). */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/keyring.h"
#include "harness/keys.h"

static char *keys;

static char *
key_of(const void *owner, const char *who)
{
	return path_join(owner, keys, who);
}

void
keyring_make(void)
{
	static const char *const people[] = { "ana", "ben", "carol", "dora" };
	size_t i;

	keys = temp_folder(NULL);
	for (i = 0; i < COUNT_OF(people); i++)
		key_make(keys, keys, people[i]);
}

void
keyring_allow(struct shelf *s)
{
	static const char *const people[] = { "ana", "ben", "carol" };
	size_t i;

	for (i = 0; i < COUNT_OF(people); i++)
		key_allow(s, s->folder, people[i], NULL,
		    key_of(s, people[i]));
}

/* What is signed names the database, which is what has to be typed. */
static const char *
asked_for(struct shelf *s, const char *shown)
{
	struct error err;
	json_t *j;

	assert_ok(json_parse(shown, strlen(shown), &j, &err), &err);
	return json_str_or(json_object_get(json_owned(s, j), "target"),
	    "database", "");
}

struct told
keyring_sign(struct shelf *s, const char *run, const char *who,
    const char *typed)
{
	void *scratch = temp_folder(s);
	char *request = mem_printf(s, "%s/request", (char *)scratch), *file;
	char hex[SHA256_HEX_SIZE], **names;
	struct told t = program_in(s, s->folder, "review", run, "--export",
	    request, "--as", "ana", "--key", key_of(s, "ana"), NULL);
	size_t count, i;
	struct error err;

	if (t.status != 0)
		return t;
	setenv("PGRUNBOOK_SIGNERS", path_join(s, s->folder, "allowed_signers"),
	    1);
	t = program_in(s, scratch, "approve", request, "--show", NULL);
	walk_stops(t, 0, "");
	sha256_of(t.out, strlen(t.out), hex);
	if (typed == NULL)
		typed = asked_for(s, t.out);
	t = program_in(s, scratch, "approve", request, "--as", who, "--key",
	    key_of(s, who), "--digest", hex, "--type", typed, NULL);
	unsetenv("PGRUNBOOK_SIGNERS");
	if (t.status != 0)
		return t;
	assert_ok(folder_list(s, scratch, &names, &count, &err), &err);
	for (i = 0, file = NULL; i < count; i++)
		if (str_ends(names[i], ".approval"))
			file = path_join(s, scratch, names[i]);
	assert_non_null(file);
	return program_in(s, s->folder, "approve", run, "--import", file,
	    NULL);
}

struct told
keyring_resume(struct shelf *s, const char *run)
{
	return program_in(s, s->folder, "resume", run, "--headless", "--as",
	    "ana", "--approvals", s->approvals, NULL);
}

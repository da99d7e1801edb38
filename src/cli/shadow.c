/* cli/shadow.c - the server that migrations are replayed on. */

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/scratch_server.h"
#include "cli/shadow.h"

#define PREFIX	"pgrunbook-shadow"

struct scratch {
	char	*folder;
};

static int
free_scratch(struct scratch *s)
{
	struct error err;

	if (scratch_server_stop(s->folder, &err) != 0 ||
	    file_remove_tree(s->folder, &err) != 0) {
		error_context(&err, "\"%s\" is left behind", s->folder);
		error_print(stderr, "pgrunbook", &err);
	}
	return 0;
}

const struct pg_target *
shadow_target(const void *owner, const char *word, struct error *err)
{
	struct scratch *s;
	struct pg_target *t;

	if (strcmp(word, "scratch") != 0)
		return pg_target_parse(owner, word, err);
	s = NEW(NULL, struct scratch);
	s->folder = scratch_folder_create(s, PREFIX, err);
	if (s->folder == NULL) {
		talloc_free(s);
		return NULL;
	}
	talloc_set_destructor(s, free_scratch);
	t = scratch_server_start(s->folder, true, err) != 0 ? NULL :
	    pg_target_parse(owner, scratch_server_url(s, s->folder, "postgres"),
	    err);
	if (t == NULL) {
		talloc_free(s);
		error_context(err, "could not make a server for the shadow database");
		return NULL;
	}
	talloc_steal(t, s);
	return t;
}

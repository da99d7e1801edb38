/*
 * steps/spec.c - small things that kinds share.
 */

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "runbook/node.h"
#include "steps/spec.h"

#define FILE_READ_MAX	((size_t)16 << 20)

struct lint_place
spec_place(const struct step *s, const char *key)
{
	const struct node *own, *found = NULL;

	if (s->node == NULL || s->node->type != NODE_MAP)
		return s->place;
	own = node_get(s->node, s->kind->name);
	if (own != NULL && own->type == NODE_MAP)
		found = node_get(own, key);
	if (found == NULL)
		found = node_get(s->node, key);
	if (found == NULL)
		found = own;
	return found != NULL ? found->place : s->place;
}

char *
spec_file(const void *owner, const struct step *s, const char *name,
    char **path)
{
	char *folder = path_folder(NULL, s->file), *text = NULL;
	struct error err;
	size_t size;

	*path = name[0] == '/' ? mem_strdup(owner, name) :
	    path_join(owner, folder, name);
	talloc_free(folder);
	if (strstr(name, "{{") != NULL ||
	    file_read(owner, *path, FILE_READ_MAX, &text, &size, &err) < 0)
		return NULL;
	return text;
}

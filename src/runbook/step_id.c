/*
 * runbook/step_id.c - ids of steps: given, or made from names.
 *
 * The given ones are collected first, so that none that is made takes one.
 */

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "runbook/loader.h"

static bool
is_id(const char *id)
{
	const char *p;

	for (p = id; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) &&
		    (p == id || (*p != '-' && *p != '_')))
			return false;
	return p > id;
}

/* "Apply the migrations!": apply-the-migrations.  Null: nothing is left. */
static char *
slug(const void *owner, const char *name)
{
	struct buffer *b = buffer_new(owner);

	for (; *name != '\0' && b->size < 40; name++) {
		char c = (char)tolower((unsigned char)*name);

		if (isalnum((unsigned char)c) && (unsigned char)c < 0x80)
			buffer_add(b, &c, 1);
		else if (b->size > 0 && b->data[b->size - 1] != '-')
			buffer_puts(b, "-");
	}
	if (b->size > 0 && b->data[b->size - 1] == '-')
		b->data[--b->size] = '\0';
	return b->size > 0 ? b->data : NULL;
}

void
load_id(struct loader *ld, const struct place_in *in, struct step *s,
    json_t *ids)
{
	struct window *w = ld->window;
	const char *base = s->id;
	int n = 2;

	if (base == NULL) {
		if (s->name != NULL)
			base = slug(w, s->name);
		if (base == NULL)
			base = s->kind != NULL ? s->kind->name : "step";
		s->id = base;
		while (json_object_get(ids, s->id) != NULL)
			s->id = mem_printf(w, "%s-%d", base, n++);
		json_object_set_new(ids, s->id, json_integer(s->place.line));
	}
	if (in->include != NULL)
		s->id = mem_printf(w, "%s.%s", in->include->id, s->id);
}

void
load_given_ids(struct loader *ld, const struct node *list, json_t *ids)
{
	struct lint_finding *f;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct node *id = node_get(list->items[i], "id");
		json_t *before;

		if (id == NULL || id->type != NODE_SCALAR || node_is_null(id))
			continue;
		if (!is_id(id->text)) {
			f = lint_error(ld->lint, id->place,
			    "\"%s\" is not an id",
			    lint_word(ld->lint, id->text));
			lint_hint(ld->lint, f, "use letters, digits, \"-\" and "
			    "\"_\"");
			continue;
		}
		before = json_object_get(ids, id->text);
		if (before == NULL) {
			json_object_set_new(ids, id->text,
			    json_integer(id->place.line));
			continue;
		}
		f = lint_error(ld->lint, id->place,
		    "id \"%s\" is already taken", id->text);
		lint_hint(ld->lint, f, "by the step in line %d",
		    (int)json_integer_value(before));
	}
}

/* schema/kinds/privileges.c - what grants and default privileges share. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "schema/judge.h"
#include "schema/kinds/privileges.h"

static const char option[] = " with grant option";

/* How much of it is there: not at all, the privilege, the option too? */
enum measure { NONE, HELD, GRANTABLE };

static size_t
name_size(const char *privilege)
{
	return strlen(privilege) -
	    (str_ends(privilege, option) ? sizeof(option) - 1 : 0);
}

static enum measure
held(const json_t *list, const char *privilege)
{
	size_t i, size = name_size(privilege);
	const json_t *value;

	json_array_foreach(list, i, value) {
		const char *text = json_string_value(value);

		if (name_size(text) == size &&
		    strncmp(text, privilege, size) == 0)
			return text[size] == '\0' ? HELD : GRANTABLE;
	}
	return NONE;
}

/* Those of list that other holds so much of, and list itself so much. */
static char *
select_names(const void *owner, const json_t *list, enum measure mine,
    const json_t *other, unsigned theirs, const char *columns)
{
	struct buffer *b = buffer_new(owner);
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value) {
		const char *text = json_string_value(value);

		if ((mine != NONE && held(list, text) != mine) ||
		    !(theirs & (1U << held(other, text))))
			continue;
		buffer_printf(b, "%s%.*s", b->size == 0 ? "" : ", ",
		    (int)name_size(text), text);
		if (columns != NULL)
			buffer_printf(b, " (%s)", columns);
	}
	return b->size == 0 ? NULL : b->data;
}

void
privileges_revoke(struct plan *p, plan_write write,
    const struct privileges_target *t, const json_t *from, const json_t *to)
{
	void *scratch = talloc_new(NULL);
	char *names = select_names(scratch, from, NONE, to, 1U << NONE,
	    t->columns);

	if (names != NULL)
		write(p, "%sREVOKE %s ON %s FROM %s", t->prefix, names, t->on,
		    t->grantee);
	names = select_names(scratch, from, GRANTABLE, to, 1U << HELD,
	    t->columns);
	if (names != NULL)
		write(p, "%sREVOKE GRANT OPTION FOR %s ON %s FROM %s", t->prefix,
		    names, t->on, t->grantee);
	talloc_free(scratch);
}

void
privileges_write(struct plan *p, plan_write write,
    const struct privileges_target *t, const json_t *from, const json_t *to)
{
	void *scratch = talloc_new(NULL);
	char *names = select_names(scratch, to, HELD, from, 1U << NONE,
	    t->columns);

	privileges_revoke(p, write, t, from, to);
	if (names != NULL)
		write(p, "%sGRANT %s ON %s TO %s", t->prefix, names, t->on,
		    t->grantee);
	names = select_names(scratch, to, GRANTABLE, from,
	    1U << NONE | 1U << HELD, t->columns);
	if (names != NULL)
		write(p, "%sGRANT %s ON %s TO %s WITH GRANT OPTION", t->prefix,
		    names, t->on, t->grantee);
	talloc_free(scratch);
}

const json_t *
privileges_of(const struct schema_object *o, const struct schema_object *other)
{
	return o != NULL ? object_json(o, "privileges") :
	    object_fact_json(other, "default");
}

static bool
gains(const json_t *from, const json_t *to)
{
	const json_t *value;
	size_t i;

	json_array_foreach(to, i, value)
		if (held(to, json_string_value(value)) >
		    held(from, json_string_value(value)))
			return true;
	return false;
}

void
privileges_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to)
{
	const json_t *old = privileges_of(from, to);
	const json_t *new = privileges_of(to, from);

	if (gains(old, new))
		judge_b(j, "privilege widening");
	if (gains(new, old))
		judge_b(j, "privilege narrowing");
}

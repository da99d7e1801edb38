/*
 * steps/kind.c - the table of kinds.
 */

#include <stdint.h>

#include "steps/kind.h"

static const struct runbook_kind *const kinds[] = {
#define KIND(name) &kind_##name.base,
#include "steps/kind.def"
#undef KIND
	NULL
};

runbook_kinds
step_kinds(void)
{
	return kinds;
}

const struct step_kind *
step_kind_of(const struct step *s)
{
	/* base is the first field of every kind. */
	return (const struct step_kind *)(const void *)s->kind;
}

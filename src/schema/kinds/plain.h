/*
 * schema/kinds/plain.h - kinds whose objects are one statement each.
 *
 * Attribute "definition" is what follows CREATE, fact "drop" what follows
 * DROP; what changes is dropped and made again.
 */
#ifndef PGRUNBOOK_SCHEMA_KINDS_PLAIN_H
#define PGRUNBOOK_SCHEMA_KINDS_PLAIN_H

#include "schema/kind.h"

void plain_create(struct plan *p, const struct schema_object *to);
void plain_drop(struct plan *p, const struct schema_object *from);
/* B where something goes or is replaced: others may rely on it. */
void plain_judge(struct judgement *j, const struct schema_object *from,
    const struct schema_object *to);

#endif

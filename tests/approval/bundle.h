/*
 * tests/approval/bundle.h - a small bundle with ssh signatures, and forgers.
 *
 * Opened by ana; step main/drop wants two people with keys, not the executor:
 * ben and carol have signed.  Closed, and the closing is signed by ana.
 */
#ifndef PGRUNBOOK_TESTS_APPROVAL_BUNDLE_H
#define PGRUNBOOK_TESTS_APPROVAL_BUNDLE_H

#include <jansson.h>

#include "run/run.h"

/* Keys "ana", "ben", "carol", "twin" (also "other"), "stranger" in there. */
char *bundle_keys(const void *owner);
/* A new bundle; its folder.  keys: of bundle_keys(). */
char *bundle_make(const void *owner, const char *keys);
/*
 * Another one, opened by ana, of what is played; its closing is not signed.
 * executor: JSON of that role, with ' for ".
 */
char *bundle_make_of(const void *owner, const char *keys, const char *executor,
    void (*played)(struct run *r));
/* The same files in another folder. */
char *bundle_copy(const void *owner, const char *folder);

/* The bodies of its journal's records: an array.  New reference. */
json_t *bundle_read(const char *folder);
/* A journal of these bodies; the chain and the closing's count and head fit. */
void bundle_write(const char *folder, const json_t *bodies);
/* The first body of this type, from index on; its index. */
json_t *bundle_find(json_t *bodies, const char *type, size_t *index);
/* The hash of the record at index. */
char *bundle_hash(const void *owner, const char *folder, size_t index);

#endif

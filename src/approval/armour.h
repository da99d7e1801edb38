/*
 * approval/armour.h - bytes as lines of text that mail and chat let through.
 *
 *     -----BEGIN PGRUNBOOK <NAME>-----
 *     base64, 64 characters a line
 *     -----END PGRUNBOOK <NAME>-----
 */
#ifndef PGRUNBOOK_APPROVAL_ARMOUR_H
#define PGRUNBOOK_APPROVAL_ARMOUR_H

#include "base/error.h"
#include "base/str.h"

void armour_put(struct buffer *b, const char *name, const char *bytes,
    size_t size_bytes);
/*
 * The first block of that name: its bytes into b.  *end (may be null) becomes
 * what is behind it.  Blanks at the ends of lines do no harm.  0: it is there;
 * 1: it is not; ERR_VERIFY: it was altered.
 */
int armour_take(struct buffer *b, const char *name, const char *text,
    const char **end, struct error *err) WARN_UNUSED;

/*
 * The text as it was before mail touched it: no carriage returns, and no
 * blanks at the ends of lines.
 */
char *armour_plain(const void *owner, const char *text, size_t size_bytes);

#endif

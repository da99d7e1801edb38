/*
 * base/redact_private.h - what the two files of base/redact.h share.
 */
#ifndef PGRUNBOOK_BASE_REDACT_PRIVATE_H
#define PGRUNBOOK_BASE_REDACT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

/* What a try at one place of the text came to. */
#define REDACT_NO	((size_t)0)
#define REDACT_EARLY	((size_t)-1)	/* the text ends too early to tell */

/*
 * What looks like a password, whether anybody declared it or not, beginning
 * at text:
 *
 *     PASSWORD 'x'  PASSWORD E'x'  PASSWORD $$x$$  password = 'x'  "password": "x"
 *     ://user:x@
 *     password=x          (only where is_message: in SQL that could be a column)
 *
 * The bytes in all, of which *prefix stay to be read; or REDACT_NO, or
 * REDACT_EARLY (not at_end).  What stands for a value ($NAME, :'name',
 * {{name}}, <password>, ***, [secret NAME]) is none.
 */
size_t redact_pattern(const char *text, size_t size, bool at_end,
    bool is_message, size_t *prefix);

#endif

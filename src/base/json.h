/*
 * base/json.h - jansson, with stable bytes and short spellings.
 *
 * Ownership: json_t is reference counted (json_decref); where a function
 * here says "owned by", a talloc destructor gives the reference back.
 */
#ifndef PGRUNBOOK_BASE_JSON_H
#define PGRUNBOOK_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Sorted keys, compact, ASCII: the same value always gives the same bytes. */
char *json_stable(const void *owner, const json_t *value);
/* Sorted keys, two spaces: for people. */
char *json_pretty(const void *owner, const json_t *value);
/*
 * The same value with the members of its objects in the order of
 * json_stable(), so that walking through them does not tell where it was
 * read from.  Takes the reference, returns a new one.
 */
json_t *json_in_order(json_t *value);
int json_parse(const char *text, size_t size_bytes, json_t **value,
    struct error *err) WARN_UNUSED;

/* value is let go when owner is freed.  Takes the reference.  Returns value. */
json_t *json_owned(const void *owner, json_t *value);

/* Fields of an object; the default where absent or of another type. */
const char *json_str(const json_t *object, const char *key);	/* null */
const char *json_str_or(const json_t *object, const char *key,
    const char *otherwise);
int64_t json_int(const json_t *object, const char *key, int64_t otherwise);
bool json_flag(const json_t *object, const char *key);		/* false */
/* A string that may be no UTF-8: bad bytes become U+FFFD.  New reference. */
json_t *json_text(const char *text, size_t size_bytes);
/* An array of UTF-8 texts, null-terminated; null: none.  New reference. */
json_t *json_texts(const char *const *texts);

#endif

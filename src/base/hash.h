/*
 * base/hash.h - SHA-256 (libcrypto), whole and by pieces, and random ids.
 */
#ifndef PGRUNBOOK_BASE_HASH_H
#define PGRUNBOOK_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define SHA256_HEX_SIZE	65	/* with the NUL */

struct sha256;

struct sha256 *sha256_new(const void *owner);
void sha256_add(struct sha256 *h, const void *bytes, size_t size_bytes);
/* Lower-case hex.  The state may go on being fed (the hash so far). */
void sha256_hex(const struct sha256 *h, char hex[SHA256_HEX_SIZE]);

void sha256_of(const void *bytes, size_t size_bytes, char hex[SHA256_HEX_SIZE]);
/* Of a file, read as a stream. */
int sha256_file(const char *path, char hex[SHA256_HEX_SIZE],
    int64_t *size_bytes, struct error *err) WARN_UNUSED;

/* A random UUID (version 4), lower case, 36 characters. */
char *uuid_new(const void *owner);
/* Random lower-case hex digits. */
char *random_hex(const void *owner, int digits);

#endif

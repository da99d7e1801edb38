/*
 * journal/artifact.h - files kept as evidence: written as streams, hashed on
 * the way, durable when closed.
 *
 * An artifact is written under its final name with ".part" behind it and
 * renamed when it is complete: a name without ".part" is always whole.
 * Memory is bounded whatever the size.
 */
#ifndef PGRUNBOOK_JOURNAL_ARTIFACT_H
#define PGRUNBOOK_JOURNAL_ARTIFACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"

struct artifact;

struct artifact_info {
	char	name[256];		/* relative to the bundle */
	char	sha256[SHA256_HEX_SIZE];
	int64_t	size_bytes;
};

/* name: relative to folder, '/' allowed, no "..".  An existing one is ERR_BUSY. */
struct artifact *artifact_open(const void *owner, const char *folder,
    const char *name, struct error *err);
int artifact_write(struct artifact *a, const void *bytes, size_t size_bytes,
    struct error *err) WARN_UNUSED;
/* What was written so far is durable, though not under its final name yet. */
int artifact_sync(struct artifact *a, struct error *err) WARN_UNUSED;
int64_t artifact_size(const struct artifact *a);
/* Durable and under its final name when this returns 0.  a is freed either way. */
int artifact_close(struct artifact *a, struct artifact_info *info,
    struct error *err) WARN_UNUSED;

/* Whole text at once. */
int artifact_save(const char *folder, const char *name, const void *bytes,
    size_t size_bytes, struct artifact_info *info, struct error *err)
    WARN_UNUSED;

/* Does the file in folder still hold?  ERR_VERIFY names what does not. */
int artifact_verify(const char *folder, const struct artifact_info *info,
    struct error *err) WARN_UNUSED;

#endif

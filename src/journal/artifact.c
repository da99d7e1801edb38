/*
 * journal/artifact.c - files kept as evidence.
 *
 * What a crash or a failed write leaves is NAME.part, in full up to some
 * byte: a person may still want to read it.  It never passes for an artifact,
 * and the next writer of that name starts anew.
 *
 * The lock is on the .part file and is held over the rename.  Who opened the
 * old .part and gets its lock only then finds the final name taken.
 */

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "journal/artifact.h"

#define PART	".part"

struct artifact {
	int		 fd;
	char		*name;		/* relative */
	char		*path;
	char		*part;		/* path, until it is whole */
	struct sha256	*hash;
	int64_t		 size;
	struct error	 why;		/* code != ERR_NONE: it has failed */
};

static int
artifact_destroy(struct artifact *a)
{
	close(a->fd);
	return 0;
}

/* Relative, and no way out of the folder. */
static bool
name_holds(const char *name)
{
	const char *p = name;

	if (strlen(name) >= sizeof(((struct artifact_info *)0)->name) ||
	    str_ends(name, PART))
		return false;
	for (;;) {
		size_t size = strcspn(p, "/");

		if (size == 0 || (size == 1 && p[0] == '.') ||
		    (size == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		if (p[size] == '\0')
			return true;
		p += size + 1;
	}
}

static int
take_part(struct artifact *a, struct error *err)
{
	if (flock(a->fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK)
			return error_set(err, ERR_BUSY,
			    "artifact \"%s\" is being written", a->name);
		return error_errno(err, ERR_IO, "could not lock \"%s\"", a->part);
	}
	if (file_exists(a->path))
		return error_set(err, ERR_BUSY, "artifact \"%s\" exists",
		    a->name);
	if (ftruncate(a->fd, 0) != 0)
		return error_errno(err, ERR_IO, "could not truncate \"%s\"",
		    a->part);
	return 0;
}

struct artifact *
artifact_open(const void *owner, const char *folder, const char *name,
    struct error *err)
{
	struct artifact *a;
	char *parent;
	int rc;

	if (!name_holds(name)) {
		error_set(err, ERR_INTERNAL, "\"%s\" is no name for an artifact",
		    name);
		return NULL;
	}
	a = NEW(owner, struct artifact);
	a->name = mem_strdup(a, name);
	a->path = path_join(a, folder, name);
	a->part = mem_printf(a, "%s" PART, a->path);
	a->hash = sha256_new(a);
	parent = path_folder(a, a->path);
	rc = file_make_folder(parent, 0700, err);
	if (rc == 0) {
		a->fd = open(a->part, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0600);
		if (a->fd < 0)
			rc = error_errno(err, ERR_IO, "could not create \"%s\"",
			    a->part);
		else
			talloc_set_destructor(a, artifact_destroy);
	}
	if (rc == 0)
		rc = take_part(a, err);
	if (rc != 0) {
		talloc_free(a);
		return NULL;
	}
	return a;
}

int
artifact_write(struct artifact *a, const void *bytes, size_t size_bytes,
    struct error *err)
{
	if (a->why.code == ERR_NONE &&
	    file_write_all(a->fd, bytes, size_bytes, &a->why) != 0)
		error_context(&a->why, "artifact \"%s\"", a->name);
	if (a->why.code != ERR_NONE) {
		if (err != NULL)
			*err = a->why;
		return -1;
	}
	sha256_add(a->hash, bytes, size_bytes);
	a->size += (int64_t)size_bytes;
	return 0;
}

int
artifact_sync(struct artifact *a, struct error *err)
{
	if (a->why.code == ERR_NONE && fdatasync(a->fd) != 0) {
		error_errno(&a->why, ERR_IO, "could not sync");
		error_context(&a->why, "artifact \"%s\"", a->name);
	}
	if (a->why.code == ERR_NONE)
		return 0;
	if (err != NULL)
		*err = a->why;
	return -1;
}

int64_t
artifact_size(const struct artifact *a)
{
	return a->size;
}

static int
make_durable(struct artifact *a, struct error *err)
{
	char *parent = path_folder(a, a->path);

	if (a->why.code != ERR_NONE) {
		if (err != NULL)
			*err = a->why;
		return -1;
	}
	if (fsync(a->fd) != 0)
		return error_errno(err, ERR_IO, "could not sync artifact \"%s\"",
		    a->name);
	if (rename(a->part, a->path) != 0)
		return error_errno(err, ERR_IO,
		    "could not rename artifact \"%s\"", a->name);
	if (file_sync_folder(parent, err) != 0) {
		/* Nobody may find what was told to have failed. */
		if (rename(a->path, a->part) != 0)
			error_detail(err, "\"%s\" may not survive a crash.",
			    a->name);
		return -1;
	}
	return 0;
}

int
artifact_close(struct artifact *a, struct artifact_info *info,
    struct error *err)
{
	int rc = make_durable(a, err);

	if (rc == 0 && info != NULL) {
		snprintf(info->name, sizeof(info->name), "%s", a->name);
		sha256_hex(a->hash, info->sha256);
		info->size_bytes = a->size;
	}
	talloc_free(a);
	return rc;
}

int
artifact_save(const char *folder, const char *name, const void *bytes,
    size_t size_bytes, struct artifact_info *info, struct error *err)
{
	struct artifact *a = artifact_open(NULL, folder, name, err);

	if (a == NULL)
		return -1;
	if (artifact_write(a, bytes, size_bytes, err) != 0) {
		talloc_free(a);
		return -1;
	}
	return artifact_close(a, info, err);
}

int
artifact_verify(const char *folder, const struct artifact_info *info,
    struct error *err)
{
	char *path = path_join(NULL, folder, info->name);
	char hex[SHA256_HEX_SIZE];
	int64_t size_bytes;
	int rc;

	if (!name_holds(info->name))
		rc = error_set(err, ERR_VERIFY,
		    "\"%s\" is no name for an artifact", info->name);
	else if (sha256_file(path, hex, &size_bytes, err) != 0) {
		/* Whatever the reason: what cannot be read proves nothing. */
		if (err != NULL)
			err->code = ERR_VERIFY;
		rc = error_context(err, "artifact \"%s\"", info->name);
	} else if (size_bytes != info->size_bytes) {
		rc = error_set(err, ERR_VERIFY,
		    "artifact \"%s\" has another size", info->name);
		error_detail(err, "It has %" PRId64 " bytes; %" PRId64
		    " were recorded.", size_bytes, info->size_bytes);
	} else if (!str_equal(hex, info->sha256)) {
		rc = error_set(err, ERR_VERIFY,
		    "artifact \"%s\" has another hash", info->name);
		error_detail(err, "SHA-256 is %s; %s was recorded.", hex,
		    info->sha256);
	} else {
		rc = 0;
	}
	talloc_free(path);
	return rc;
}

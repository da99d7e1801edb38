/*
 * base/file.h - files and folders: bounded reads, durable writes.
 *
 * Durability: file_write_atomic() returns after the file and its folder are
 * on disk; a crash leaves the old file or the new one, never a part.
 */
#ifndef PGRUNBOOK_BASE_FILE_H
#define PGRUNBOOK_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/* Whole file, NUL-terminated; ERR_TOO_LONG past max_bytes; a folder is an error. */
int file_read(const void *owner, const char *path, size_t max_bytes,
    char **text, size_t *size_bytes, struct error *err) WARN_UNUSED;

int file_write_atomic(const char *path, const void *bytes, size_t size_bytes,
    mode_t mode, struct error *err) WARN_UNUSED;

/* All of it, however often write(2) stops short. */
int file_write_all(int fd, const void *bytes, size_t size_bytes,
    struct error *err) WARN_UNUSED;

/* mkdir -p, mode for what is new; the parents of what is new are fsynced. */
int file_make_folder(const char *path, mode_t mode, struct error *err)
    WARN_UNUSED;
/* fsync of a folder, after a name in it was made, moved or removed. */
int file_sync_folder(const char *path, struct error *err) WARN_UNUSED;
/* rm -r, never across a symbolic link. */
int file_remove_tree(const char *path, struct error *err) WARN_UNUSED;
/* Byte copy, durable. */
int file_copy(const char *from, const char *to, mode_t mode, struct error *err)
    WARN_UNUSED;

bool file_exists(const char *path);
bool file_is_folder(const char *path);
char *path_join(const void *owner, const char *folder, const char *name);
char *path_folder(const void *owner, const char *path);	/* dirname */
const char *path_name(const char *path);		/* basename, borrowed */
/* Where what is of use for a moment goes: TMPDIR, or /tmp; borrowed. */
const char *path_temporary(void);
/* Absolute, symbolic links resolved; null where it does not exist. */
char *path_real(const void *owner, const char *path);

/* Names in a folder, sorted bytewise, without "." and ".."; ends with a null. */
int folder_list(const void *owner, const char *path, char ***names,
    size_t *count, struct error *err) WARN_UNUSED;

/*
 * A program of Postgres or OpenSSH: where it is.  Looks in PATH, and for
 * Postgres programs in the folders that pg_config and Debian use, the one of
 * server_major first (0: newest).  Null with *err where there is none.
 */
char *program_find(const void *owner, const char *name, int server_major,
    struct error *err);

#endif

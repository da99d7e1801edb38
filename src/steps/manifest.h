/*
 * steps/manifest.h - what a backup is, so that it can be held against it.
 *
 *   FOLDER/dump            pg_dump's archive: a folder, or a file
 *   FOLDER/manifest.json   rows and hash of each table under the dump's own
 *                          snapshot; SHA-256 and size of each of its files
 *
 * A backup is written as FOLDER.partial and renamed when all of it is
 * proven: a FOLDER without ".partial" was.
 */
#ifndef PGRUNBOOK_STEPS_MANIFEST_H
#define PGRUNBOOK_STEPS_MANIFEST_H

#include <stdint.h>

#include "base/hash.h"
#include "steps/attempt.h"

struct manifest_table {
	char	*name;			/* quoted where SQL wants it: public."Order" */
	int64_t	 rows, bytes, rows_about;	/* rows -1: not counted yet */
	char	*hash;			/* sum over the rows' hashes; same major version only */
};

struct manifest {
	char	*folder, *dump;		/* paths */
	char	*database, *system_identifier, *taken_at, *format;
	int	 server_version;	/* server_version_num */
	struct manifest_table *tables;
	size_t	 table_count;
	json_t	*files;			/* [{name, size, sha256}], name below folder */
	int64_t	 rows, bytes;		/* all tables'; of all files */
	char	 sha256[SHA256_HEX_SIZE];	/* of manifest.json */
};

/* The tables that a dump has data of, with their sizes. */
int manifest_list(struct manifest *m, struct pg_session *s,
    struct error *err) WARN_UNUSED;
/* Rows and hash of each, in the transaction that s has open. */
int manifest_count(struct manifest *m, struct attempt *a,
    struct pg_session *s, struct error *err) WARN_UNUSED;
/* Hash all files of the dump, and write manifest.json. */
int manifest_write(struct manifest *m, struct attempt *a, struct error *err)
    WARN_UNUSED;

/*
 * Read one back: path is FOLDER, FOLDER/dump, FOLDER/manifest.json, or the
 * JSON text of what a backup step registered (its sha256 is held against
 * manifest.json).  ERR_VERIFY where a file is not what was written.
 */
struct manifest *manifest_open(const void *owner, struct attempt *a,
    const char *path, struct error *err);

/* Has this database the rows that the manifest says?  ERR_EXPECT. */
int manifest_compare(const struct manifest *m, struct attempt *a,
    struct pg_session *s, struct error *err) WARN_UNUSED;

/* {file, folder, manifest, sha256, bytes, tables, rows, taken_at, database} */
json_t *manifest_json(const struct manifest *m);

#endif

/*
 * cli/scratch_server.h - a Postgres server of one's own, to be thrown away.
 *
 * It listens on a Unix socket alone and trusts whoever reaches that; its
 * folder is open to nobody else.  Started by root it runs as user postgres
 * (or nobody), because the server refuses to be root.
 *
 * The server outlives the program unless it is told to die with it.
 */
#ifndef PGRUNBOOK_CLI_SCRATCH_SERVER_H
#define PGRUNBOOK_CLI_SCRATCH_SERVER_H

#include <stdbool.h>

#include "base/error.h"

#define SCRATCH_ROLE	"migrator"	/* superuser of the scratch server */

/*
 * A new folder TMPDIR/<prefix>.XXXXXX which the server's user can reach
 * through.  Null with *err.
 */
char *scratch_folder_create(const void *owner, const char *prefix,
    struct error *err);
/* Folders of that prefix which are ours, null-terminated. */
char **scratch_folders(const void *owner, const char *prefix);

/*
 * initdb in folder/pg, and start; returns when it answers.  dies_with_us: ends
 * with this process, however that ends.
 */
int scratch_server_start(const char *folder, bool dies_with_us,
    struct error *err) WARN_UNUSED;
/* Up again, where it was killed or stopped; one that runs is left alone. */
int scratch_server_revive(const char *folder, bool dies_with_us,
    struct error *err) WARN_UNUSED;
/* Stop the server of this folder, if one runs, and wait for its end. */
int scratch_server_stop(const char *folder, struct error *err) WARN_UNUSED;

/* "postgresql:///NAME?host=...&user=...": no password. */
char *scratch_server_url(const void *owner, const char *folder,
    const char *dbname);

#endif

/*
 * engine/create.h - freezing a new run's runbooks in its folder.
 *
 * RUN/created.json: {"file": the window's, "root": where the files came from,
 * "files": [{"path","sha256"}], "rollback_of"?, "values"?}; paths are relative
 * to RUN/runbooks and to root alike.
 */
#ifndef PGRUNBOOK_ENGINE_CREATE_H
#define PGRUNBOOK_ENGINE_CREATE_H

#include "base/error.h"

#define CREATED_FILE	"created.json"

/*
 * Copy what the files of a window say now into RUN/runbooks, with their
 * places to each other kept.  rollback_of: the folder of a run whose values
 * are inherited; may be null.  ERR_RUNBOOK: findings, printed to stderr.
 */
int engine_freeze(const char *folder, const char *file,
    const char *rollback_of, struct error *err) WARN_UNUSED;

#endif

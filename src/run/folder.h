/*
 * run/folder.h - where runs live, and what lies in a run's folder.
 *
 *   RUN/journal.jsonl   the truth          RUN/artifacts/   evidence files
 *   RUN/runbooks/       frozen copies      RUN/approvals/   sign-offs that came as files
 *   RUN/socket          while an engine lives
 *   RUN/engine.log      what the engine said
 *
 * Folders are 0700.  The default for runs is $XDG_STATE_HOME/pgrunbook or
 * ~/.local/state/pgrunbook; PGRUNBOOK_RUNS and --runs override it.
 */
#ifndef PGRUNBOOK_RUN_FOLDER_H
#define PGRUNBOOK_RUN_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "run/state.h"

/* Where runs live, absolute where it can be told.  option: --runs or null. */
char *runs_folder(const void *owner, const char *option);

/* Make a new run's folder: "<UTC time>-<window>-<4 hex>".  Durable. */
char *run_folder_create(const void *owner, const char *runs, const char *window,
    struct error *err);
/*
 * A run by id, unambiguous prefix of it, path, or null for the newest that is
 * not closed (else the newest).  ERR_NOT_FOUND lists what there is.
 */
char *run_folder_find(const void *owner, const char *runs, const char *name,
    struct error *err);

char *run_journal_path(const void *owner, const char *folder);
char *run_socket_path(const void *owner, const char *folder);

/* Is its last record the closing one?  Cheap: only the journal's end is read. */
bool run_folder_is_closed(const char *folder);

/* Ids under runs, newest first; null-terminated. */
int run_list(const void *owner, const char *runs, char ***ids, struct error *err)
    WARN_UNUSED;

/*
 * The state folded from a run's journal, proven on the way; read only.  An
 * engine may be writing it: what is complete counts.  engine_lives is what
 * the journal says; see engine_lives() for what is true.
 */
struct run_state *run_state_load(const void *owner, const char *folder,
    struct error *err);

#endif

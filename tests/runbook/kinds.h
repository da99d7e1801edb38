/*
 * tests/runbook/kinds.h - a few step kinds, small and made up, for the loader.
 */
#ifndef PGRUNBOOK_TESTS_RUNBOOK_KINDS_H
#define PGRUNBOOK_TESTS_RUNBOOK_KINDS_H

#include "runbook/model.h"

struct fake_sql { const char *sql; bool in_transaction; json_t *expect; };
struct fake_run { const char *command, *cwd; json_t *env; };
struct fake_backup { const char *into; int64_t jobs; int format; };
struct fake_restore { const char *backup; int64_t pause_ms; const char **tables; };

extern const runbook_kinds fake_kinds;

#endif

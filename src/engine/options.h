/*
 * engine/options.h - an engine's options on their way into its process.
 */
#ifndef PGRUNBOOK_ENGINE_OPTIONS_H
#define PGRUNBOOK_ENGINE_OPTIONS_H

#include <jansson.h>

#include "engine/engine.h"

/* URLs of targets, {"name": "url"}: they may hold passwords. */
#define ENGINE_TARGETS_VARIABLE	"PGRUNBOOK_TARGETS"
/* Where an engine that was launched says how it began. */
#define ENGINE_READY_FD	3

/* All but the targets.  is_launched: it tells at ENGINE_READY_FD. */
json_t *engine_options_json(const struct engine_options *o, bool is_launched);
/* The targets alone, as text; null: none.  ERR_USAGE where one has no "=". */
int engine_options_targets(const void *owner, const struct engine_options *o,
    char **text, struct error *err) WARN_UNUSED;
/* Strings are borrowed from json; lists belong to owner. */
int engine_options_parse(const void *owner, const json_t *json,
    struct engine_options *o, bool *is_launched, struct error *err)
    WARN_UNUSED;

#endif

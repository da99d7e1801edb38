/*
 * runbook/values.h - named values of a run and how they reach text.
 *
 * A scope maps names to JSON values (params, registered results).  {{a.b}}
 * in titles, paths and the like is replaced; an undefined name is an error.
 * SQL gets values by :'name' and :"name" (postgres/sql.h quotes them), shell
 * commands as environment variables; text is never pasted into either.
 */
#ifndef PGRUNBOOK_RUNBOOK_VALUES_H
#define PGRUNBOOK_RUNBOOK_VALUES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

struct scope;

struct scope *scope_new(const void *owner);
/* Takes the reference. */
void scope_set(struct scope *s, const char *name, json_t *value);
/* path: "name" or "name.field"; borrowed; null where undefined. */
const json_t *scope_get(const struct scope *s, const char *path);
/* As text: strings as they are, numbers and others as compact JSON. */
char *scope_text(const void *owner, const struct scope *s, const char *path);
/* All names and their text: for a child's environment (fields as NAME_FIELD). */
char **scope_environment(const void *owner, const struct scope *s);

/* Replace {{…}}.  ERR_RUNBOOK names what is undefined. */
char *scope_expand(const void *owner, const struct scope *s, const char *text,
    struct error *err);
/* The names that text uses, null-terminated (for lint). */
char **scope_names_in(const void *owner, const char *text);

/*
 * when: "name", "not name", "name == text", "name != text", "name in a, b".
 * 1 true, 0 false, -1 with *err.
 */
int scope_when(const struct scope *s, const char *expression, struct error *err);

/*
 * An env file (.env): NAME=value lines, quotes, export, comments; no shell
 * evaluation.  fn is called for each.
 */
int env_file_read(const char *path, void (*fn)(void *arg, const char *name,
    const char *value), void *arg, struct error *err) WARN_UNUSED;

#endif

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
/* Names that are not in it are looked up in outer, which must live as long. */
struct scope *scope_nested(const void *owner, const struct scope *outer);
/* Takes the reference. */
void scope_set(struct scope *s, const char *name, json_t *value);
/* Undefined here, whatever an outer scope says. */
void scope_hide(struct scope *s, const char *name);
/* path: "name" or "name.field"; borrowed; null where undefined. */
const json_t *scope_get(const struct scope *s, const char *path);
/* As text: strings as they are, numbers and others as compact JSON. */
char *scope_text(const void *owner, const struct scope *s, const char *path);
/*
 * All names and their text, null-terminated "name=text": for a child's
 * environment.  {{backup.file}} is also $backup_file.
 */
char **scope_environment(const void *owner, const struct scope *s);

/* Replace {{…}}.  ERR_RUNBOOK names what is undefined. */
char *scope_expand(const void *owner, const struct scope *s, const char *text,
    struct error *err);
/*
 * What stands between {{ and }} in text, null-terminated (for lint); where
 * "}}" is missing, the rest with its "{{".
 */
char **scope_names_in(const void *owner, const char *text);

/*
 * A name that a param or "register" may have: a-z, 0-9 and _.  Lower case,
 * for it becomes an environment variable and must not be PATH.
 */
bool value_name_valid(const char *name);
/* A name and perhaps fields: "backup.file". */
bool value_path_valid(const char *path);

/*
 * when: "name", "not name", "name == text", "name != text", "name in a, b",
 * and several with "and" between (runbook/when.h).  Nothing, false, no, 0, f
 * and the empty text are not true.  1 true, 0 false, -1 with *err.
 */
int scope_when(const struct scope *s, const char *expression, struct error *err);

/*
 * An env file (.env): NAME=value lines, quotes, export, comments; no shell
 * evaluation.  fn is called for each; the last of a name holds.  Errors have
 * their position and never quote what they met.
 */
int env_file_read(const char *path, void (*fn)(void *arg, const char *name,
    const char *value), void *arg, struct error *err) WARN_UNUSED;

#endif

/*
 * postgres/settings.h - the settings that a session really has.
 *
 * To have asked for a setting is not to have it: a pooler or a proxy may keep
 * SET to itself, a server may be too old for it.  So what counts is read back
 * from the server, kept as evidence and shown; where something that was asked
 * for does not hold, nothing is to run.
 */
#ifndef PGRUNBOOK_POSTGRES_SETTINGS_H
#define PGRUNBOOK_POSTGRES_SETTINGS_H

#include <jansson.h>

#include "postgres/session.h"

/* What was asked for, as pg_settings has it: times in milliseconds. */
struct pg_setting {
	const char	*name, *value;
};

/* The names that are read back, in the order to show them; null-terminated. */
const char *const *pg_settings_told(void);

/*
 * *told: {name: value as SHOW gives it}, of those that the server knows; a new
 * reference, also where -1 is returned for ERR_CONNECT: one of asked does not
 * hold (what the server does not know is not asked of it).
 */
int pg_settings_read(struct pg_session *s, const struct pg_setting *asked,
    size_t count, json_t **told, struct error *err) WARN_UNUSED;

#endif

/*
 * run/event.h - events and intents as values; their tables are event.def and
 * intent.def.
 */
#ifndef PGRUNBOOK_RUN_EVENT_H
#define PGRUNBOOK_RUN_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum event_type {
#define EVENT(id, name, durability, fields, doc) EVENT_##id,
#include "run/event.def"
#undef EVENT
	EVENT_COUNT
};

enum intent_type {
#define INTENT(id, name, fields, doc) INTENT_##id,
#include "run/intent.def"
#undef INTENT
	INTENT_COUNT
};

struct event {
	enum event_type	 type;
	int64_t		 seq;		/* of the journal record; 0: live */
	int64_t		 at_us;
	json_t		*data;		/* the fields; borrowed from the reader or run */
	const char	*hash;		/* of the journal record's line; null: not known */
};

const char *event_name(enum event_type t);
bool event_is_durable(enum event_type t);
const char *event_doc(enum event_type t);
int event_parse_name(const char *name);		/* -1: unknown */
const char *intent_doc(enum intent_type t);
const char *intent_name(enum intent_type t);
int intent_parse_name(const char *name);	/* -1: unknown */

/*
 * Are the fields those of the table, no more and no less?  The first that is
 * not is named: ERR_VERIFY for an event, ERR_USAGE for an intent.
 */
int event_check(enum event_type t, const json_t *data, struct error *err)
    WARN_UNUSED;
int intent_check(enum intent_type t, const json_t *data, struct error *err)
    WARN_UNUSED;

/* {"at":…,"type":…,fields…} and back; journal bodies and wire messages have this form. */
json_t *event_to_json(const struct event *e);
int event_from_json(const json_t *body, struct event *e, struct error *err)
    WARN_UNUSED;	/* e->data is a new reference */

/*
 * An error as events, replies and --json have it: {"code","primary"} and, where
 * they are set, "detail", "hint", "sqlstate", "file", "line", "column".
 */
json_t *event_error(const struct error *err);
void event_error_parse(const json_t *value, struct error *err);

/* JSON schema of events and intents, for the manual and for others. */
json_t *event_schema(void);

#endif

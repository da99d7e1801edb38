/* run/run.c - journal first, then fold, then tell. */

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "run/folder.h"
#include "run/read.h"
#include "run/run.h"

struct listener {
	void	(*fn)(void *arg, const struct event *e);
	void	*arg;
};

/* What run.h shows is its beginning. */
struct open_run {
	struct run	 shown;
	struct listener	*listeners;
	size_t		 listener_count;
};

static struct open_run *
open_run(struct run *r)
{
	return (struct open_run *)(void *)r;
}

struct run *
run_open(const void *owner, const char *folder, struct journal_torn *torn,
    struct error *err)
{
	struct open_run *o = NEW(owner, struct open_run);
	struct run *r = &o->shown;
	struct run_reader *reader;
	struct event e;
	char *path;
	int rc = -1;

	r->folder = mem_strdup(o, folder);
	r->state = state_new(o);
	r->redactor = redactor_new(o);
	path = run_journal_path(o, folder);
	r->journal = journal_open(o, path, torn, err);
	reader = r->journal != NULL ? run_reader_open(o, folder, err) : NULL;
	while (reader != NULL && (rc = run_reader_next(reader, &e, err)) == 1) {
		if (state_apply(r->state, &e, err) == 0)
			continue;
		error_at(err, path, (int)run_reader_line(reader), 0);
		rc = -1;
		break;
	}
	talloc_free(reader);
	if (rc != 0) {
		talloc_free(o);
		return NULL;
	}
	return r;
}

/* What a server said stands under these keys. */
static bool
is_message(const char *key)
{
	static const char *const keys[] = { "error", "primary", "detail",
	    "hint", "proof", "reason" };

	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static json_t *
redact(const struct run *r, const json_t *value, bool as_message)
{
	json_t *from = (json_t *)(uintptr_t)value, *item, *to;
	const char *key;
	size_t i;
	char *text;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		to = memory_check(json_object());
		json_object_foreach(from, key, item)
			json_object_set_new(to, key, redact(r, item,
			    as_message || is_message(key)));
		return to;
	case JSON_ARRAY:
		to = memory_check(json_array());
		json_array_foreach(from, i, item)
			json_array_append_new(to, redact(r, item, as_message));
		return to;
	case JSON_STRING:
		text = (as_message ? redact_message : redact_text)(NULL,
		    r->redactor, json_string_value(value));
		to = json_text(text, strlen(text));
		talloc_free(text);
		return memory_check(to);
	default:
		return json_incref(from);
	}
}

json_t *
run_redact(const struct run *r, const json_t *value)
{
	return redact(r, value, false);
}

static void
tell(struct run *r, const struct event *e)
{
	struct open_run *o = open_run(r);
	size_t i;

	for (i = 0; i < o->listener_count; i++)
		o->listeners[i].fn(o->listeners[i].arg, e);
}

/* Journals keep milliseconds: what is folded now and later is the same. */
static int64_t
now_us(void)
{
	return clock_now_us() / 1000 * 1000;
}

static int
write_event(struct run *r, struct event *e, struct error *err)
{
	json_t *body = event_to_json(e);
	char *text = json_stable(NULL, body);
	int rc = journal_append(r->journal, text, strlen(text), err);

	talloc_free(text);
	json_decref(body);
	return rc;
}

int
run_append(struct run *r, enum event_type t, json_t *data, struct error *err)
{
	struct event e = { .type = t, .at_us = now_us() };
	int rc;

	memory_check(data);
	e.seq = r->state->last_seq + 1;
	e.data = run_redact(r, data);
	json_decref(data);
	if (!event_is_durable(t))
		rc = error_set(err, ERR_INTERNAL, "event \"%s\" is not durable",
		    event_name(t));
	else
		rc = state_check(r->state, &e, err);
	if (rc != 0) {
		if (err != NULL)
			err->code = ERR_INTERNAL;
		json_decref(e.data);
		return error_context(err, "could not write event \"%s\"",
		    event_name(t));
	}
	rc = write_event(r, &e, err);
	e.hash = journal_head(r->journal);
	if (rc == 0)
		rc = state_apply(r->state, &e, err);
	if (rc == 0)
		tell(r, &e);
	json_decref(e.data);
	return rc;
}

void
run_live(struct run *r, enum event_type t, json_t *data)
{
	struct event e = { .type = t, .at_us = now_us() };

	memory_check(data);
	e.data = run_redact(r, data);
	json_decref(data);
	/* A live event that does not fit is a picture lost, no more. */
	if (!event_is_durable(t) && state_apply(r->state, &e, NULL) == 0)
		tell(r, &e);
	json_decref(e.data);
}

void
run_listen(struct run *r, void (*fn)(void *arg, const struct event *e),
    void *arg)
{
	struct open_run *o = open_run(r);

	GROW(o, o->listeners, struct listener, o->listener_count + 1);
	o->listeners[o->listener_count].fn = fn;
	o->listeners[o->listener_count].arg = arg;
	o->listener_count++;
}

int
run_close(struct run *r, const char *outcome, const char *reason,
    const char *principal, const json_t *seal, struct error *err)
{
	json_t *data = memory_check(json_pack("{s:s, s:I, s:s, s:s*, s:s*}",
	    "outcome", outcome, "count", (json_int_t)journal_count(r->journal),
	    "head", journal_head(r->journal), "reason", reason,
	    "principal", principal));

	if (seal != NULL)
		json_object_update(data, (json_t *)(uintptr_t)seal);
	return run_append(r, EVENT_RUN_CLOSED, data, err);
}

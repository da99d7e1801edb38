/* run/read.c - from journal records to events. */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "journal/read.h"
#include "run/folder.h"
#include "run/read.h"

struct run_reader {
	struct journal_reader *records;
	char		*path;
	json_t		*data;		/* of the last event */
	int64_t		 line;
	char		 head[SHA256_HEX_SIZE];
};

static int
reader_destroy(struct run_reader *r)
{
	json_decref(r->data);
	return 0;
}

struct run_reader *
run_reader_open(const void *owner, const char *folder, struct error *err)
{
	struct run_reader *r = NEW(owner, struct run_reader);

	talloc_set_destructor(r, reader_destroy);
	memset(r->head, '0', sizeof(r->head) - 1);
	r->path = run_journal_path(r, folder);
	r->records = journal_reader_open(r, r->path, err);
	if (r->records == NULL) {
		talloc_free(r);
		return NULL;
	}
	return r;
}

static int
closing_holds(const struct run_reader *r, const struct event *e,
    struct error *err)
{
	const char *head = json_str(e->data, "head");

	if (e->type != EVENT_RUN_CLOSED || strcmp(head, r->head) == 0)
		return 0;
	return error_set(err, ERR_VERIFY,
	    "the closing record names another head than the record before it");
}

int
run_reader_next(struct run_reader *r, struct event *e, struct error *err)
{
	struct journal_record record;
	json_t *body = NULL;
	int rc = journal_reader_next(r->records, &record, err);

	if (rc <= 0)
		return rc;
	json_decref(r->data);
	r->data = NULL;
	r->line = record.line;
	rc = json_parse(record.body, strlen(record.body), &body, err);
	if (rc == 0)
		rc = event_from_json(body, e, err);
	if (rc == 0) {
		r->data = e->data;
		e->seq = record.seq;
		e->hash = record.hash;
		if (!event_is_durable(e->type))
			rc = error_set(err, ERR_VERIFY,
			    "event \"%s\" is never journaled",
			    event_name(e->type));
	}
	if (rc == 0)
		rc = closing_holds(r, e, err);
	json_decref(body);
	if (rc != 0) {
		if (err != NULL)
			err->code = ERR_VERIFY;
		error_at(err, r->path, (int)record.line, 0);
		return -1;
	}
	snprintf(r->head, sizeof(r->head), "%s", record.hash);
	return 1;
}

const char *
run_reader_head(const struct run_reader *r)
{
	return r->head;
}

int64_t
run_reader_rest(struct run_reader *r)
{
	return journal_reader_rest(r->records);
}

int64_t
run_reader_line(const struct run_reader *r)
{
	return r->line;
}

struct run_state *
run_state_load(const void *owner, const char *folder, struct error *err)
{
	return run_state_load_head(owner, folder, NULL, err);
}

struct run_state *
run_state_load_head(const void *owner, const char *folder,
    char head[SHA256_HEX_SIZE], struct error *err)
{
	struct run_state *s = state_new(owner);
	struct run_reader *r = run_reader_open(s, folder, err);
	struct event e;
	int rc = -1;

	while (r != NULL && (rc = run_reader_next(r, &e, err)) == 1) {
		if (state_apply(s, &e, err) == 0)
			continue;
		error_at(err, r->path, (int)r->line, 0);
		rc = -1;
		break;
	}
	if (rc == 0 && s->opened == NULL)
		rc = error_set(err, ERR_VERIFY,
		    "the journal of \"%s\" has no record", folder);
	if (rc != 0) {
		talloc_free(s);
		return NULL;
	}
	if (head != NULL)
		snprintf(head, SHA256_HEX_SIZE, "%s", r->head);
	talloc_free(r);
	return s;
}

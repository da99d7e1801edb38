/*
 * engine/intent.h - an intent on its way: what the files that do them share.
 *
 * intents.c has the table, and what is about the step that runs;
 * intent_review.c decisions on drift items; intent_lead.c who leads the run.
 */
#ifndef PGRUNBOOK_ENGINE_INTENT_H
#define PGRUNBOOK_ENGINE_INTENT_H

#include "engine/private.h"

struct request {
	struct engine		*e;
	const struct wire_peer	*from;
	enum intent_type	 type;
	const json_t		*data;
	struct error		*err;
};

/* Takes data.  The person is told what the engine cannot write. */
int request_append(struct request *q, enum event_type t, json_t *data)
    WARN_UNUSED;
/* The intent's fields, and who it was.  New reference. */
json_t *request_fields(struct request *q);
/* Signed with an ssh key: the statement says who, the socket only whence. */
int request_accept(struct request *q) WARN_UNUSED;
/* For the attempt: it takes it when it looks. */
int request_tell_attempt(struct request *q) WARN_UNUSED;

int intent_decide(struct request *q) WARN_UNUSED;
int intent_decide_all(struct request *q) WARN_UNUSED;
int intent_finish_review(struct request *q) WARN_UNUSED;
int intent_comment(struct request *q) WARN_UNUSED;
int intent_extend(struct request *q) WARN_UNUSED;
int intent_hand_over(struct request *q) WARN_UNUSED;
int intent_take_over(struct request *q) WARN_UNUSED;

#endif

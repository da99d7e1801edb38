/*
 * approval/request_private.h - the names within a request's file.  For
 * request.c, which makes it, and request_open.c.
 */
#ifndef PGRUNBOOK_APPROVAL_REQUEST_PRIVATE_H
#define PGRUNBOOK_APPROVAL_REQUEST_PRIVATE_H

#include "base/error.h"
#include "run/state.h"

#define REQUEST_JOURNAL		"REQUEST"	/* the armour's blocks */
#define REQUEST_DRIFT		"DRIFT"
#define REQUEST_SIGNATURE	"SIGNATURE"
#define REQUEST_FORM		"request-v1"	/* of the statement that is signed */

/*
 * All that follows from the journal up to the record of that hash (null: the
 * last one): the request without its signature, its lines without blanks at
 * the end.
 */
char *request_text(const void *owner, const char *folder, const char *head,
    struct error *err);
/* The head that the summary names; "" where it names none. */
char *request_head(const void *owner, const char *text);
/* The drift report that goes along; null: none. */
const struct artifact_state *request_drift(const struct run_state *s);

#endif

/*
 * base/redact.h - secrets replaced in a stream before anyone sees it.
 *
 * A redactor knows the secrets' values and names.  A stream through it holds
 * back as many bytes as the start of a secret could need, so that a secret
 * split over two reads is found.  Values, their base64 and their URL-encoded
 * form become "[secret NAME]".
 *
 * What looks like a password to a Postgres person (PASSWORD 'x', a URL with
 * one) becomes "[secret password]", whether anybody declared it or not.
 */
#ifndef PGRUNBOOK_BASE_REDACT_H
#define PGRUNBOOK_BASE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct redactor;
struct redact_stream;

struct redactor *redactor_new(const void *owner);
/* Values shorter than 4 bytes cannot be told from text and are refused (false). */
bool redactor_add(struct redactor *r, const char *name, const char *value);
/* Whole text at once. */
char *redact_text(const void *owner, const struct redactor *r, const char *text);
/*
 * The same for what a server or a program says, as streams are, too: there
 * also "password=x" is one.  In SQL that could be a column.
 */
char *redact_message(const void *owner, const struct redactor *r,
    const char *text);

struct redact_stream *redact_stream_new(const void *owner,
    const struct redactor *r);
/* Feed bytes; what is safe to show is appended to out. */
void redact_stream_feed(struct redact_stream *s, const char *bytes,
    size_t size_bytes, struct buffer *out);
/* The rest, at the end. */
void redact_stream_end(struct redact_stream *s, struct buffer *out);

#endif

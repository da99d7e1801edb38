/*
 * view/plain_private.h - the linear front end's own parts.  For its files.
 */
#ifndef PGRUNBOOK_VIEW_PLAIN_PRIVATE_H
#define PGRUNBOOK_VIEW_PLAIN_PRIVATE_H

#include <jansson.h>

#include "base/str.h"
#include "view/plain.h"
#include "wire/client.h"

#define CHOICES_MAX	16

struct plain;
typedef void (*plain_fn)(struct plain *p, const char *text);

struct plain {
	const char	*folder, *principal;
	const struct plain_options *options;
	struct wire_client *client;
	struct run_state *state;	/* the client's */
	bool		 caught_up, engine_gone, is_over, input_ended;
	struct buffer	*input;
	struct buffer	*output;	/* of the step, without its line end yet */
	char		*waited_for;	/* what was asked last: kind and step */
	/* The open menu, and the line that is asked for instead. */
	struct {
		const char	*label;
		plain_fn	 fn;
	} choices[CHOICES_MAX];
	int		 choice_count;
	plain_fn	 line;		/* null: a choice, or a command */
	/* What answers are collected in. */
	json_t		*answer;
	size_t		 field;		/* that is asked for */
	char		*item;		/* drift item that is asked about */
	char		*reason_for;	/* step of an intent that wants a reason */
	enum intent_type reason_type;
	char		*status;
	int64_t		 percent;
};

/* One line; untrusted text is made fit. */
void plain_say(struct plain *p, const char *fmt, ...) PRINTF(2, 3);
/* Several lines of text, each indented. */
void plain_block(struct plain *p, const char *text);
void plain_menu(struct plain *p);			/* begin a new one */
void plain_choice(struct plain *p, const char *label, plain_fn fn);
void plain_show_menu(struct plain *p);
/* Ask for a line. */
void plain_line(struct plain *p, const char *label, plain_fn fn);
void plain_send(struct plain *p, enum intent_type t, json_t *fields);
struct step_state *plain_step(struct plain *p);
/* Ask for what the run waits for (plain_ask.c). */
void plain_ask(struct plain *p, const char *needs);

#endif

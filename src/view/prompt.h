/*
 * view/prompt.h - the line in the footer where a person types.
 */
#ifndef PGRUNBOOK_VIEW_PROMPT_H
#define PGRUNBOOK_VIEW_PROMPT_H

#include "view/view.h"

/* A line that is typed: add a character or take away; false: another key. */
bool input_key(char *text, size_t room, const struct key_press *k);

/* The end of text, as much as room cells show. */
const char *input_tail(const char *text, int room);

void prompt_key(struct app *a, const struct key_press *k);
void prompt_draw(struct app *a, struct area footer);

#endif

/*
 * cli/shown.h - what is signed for, line by line, as text.
 */
#ifndef PGRUNBOOK_CLI_SHOWN_H
#define PGRUNBOOK_CLI_SHOWN_H

#include "run/state.h"

/* All of an attempt's plan: worst first, as the screen shows it. */
void shown_print(const struct step_state *st, const struct attempt_state *a);
/* Untrusted text, each line with indent before it. */
void shown_print_text(const char *indent, const char *text);

#endif

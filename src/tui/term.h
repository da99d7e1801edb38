/*
 * tui/term.h - the terminal, through ncurses: a canvas goes out, keys come in.
 *
 * However the program ends - exit, a fatal signal, no memory - the terminal
 * is as it was before, but for SIGKILL.  A terminal that has gone is left
 * alone.  Bracketed paste is on, so that pasted text is known as such.
 */
#ifndef PGRUNBOOK_TUI_TERM_H
#define PGRUNBOOK_TUI_TERM_H

#include <stdbool.h>

#include "base/error.h"
#include "tui/theme.h"
#include "view/canvas.h"
#include "view/keymap.h"

/*
 * Take the terminal over.  t is changed where colours are not wanted
 * (NO_COLOR) or not there.  Fails where stdin or stdout is no terminal.
 */
int term_open(struct theme *t, struct error *err) WARN_UNUSED;
/* Give it back.  Harmless where it is not open. */
void term_close(void);

bool term_is_ascii(void);		/* the locale is not UTF-8 */
void term_size(int *rows, int *columns);
void term_resized(void);		/* after SIGWINCH */
/* Show it; only what has changed is sent.  all: as if nothing were known. */
void term_paint(const struct canvas *c, bool all);
/* The next key, if one is there. */
bool term_key(struct key_press *k);
/* Throw away what was typed and not read. */
void term_flush_input(void);
/* To the clipboard of the person's own terminal (OSC 52). */
void term_copy(const char *text);
/* Call the person: by what PGRUNBOOK_BELL names of bell, osc9, osc777 (else the bell). */
void term_call(const char *text);
/* Another program has the terminal in between: for a passphrase, say. */
void term_leave(void);
void term_return(void);
/* ^Z: give the terminal back, stop, and take it over again. */
void term_suspend(void);

#endif

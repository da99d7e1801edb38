/*
 * tui/terminfo.h - what the terminal's description says.  A file of its own,
 * since <term.h> takes many ordinary words for its macros.
 */
#ifndef PGRUNBOOK_TUI_TERMINFO_H
#define PGRUNBOOK_TUI_TERMINFO_H

#include <stdbool.h>
#include <stddef.h>

/* Colours are red, green and blue themselves, not numbers of a palette. */
bool terminfo_is_rgb(void);
/* The bytes that undo what a full-screen program does; returns their number. */
size_t terminfo_undo(char *room, size_t size);

#endif

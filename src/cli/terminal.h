/*
 * cli/terminal.h - a line from the person at the terminal.
 */
#ifndef PGRUNBOOK_CLI_TERMINAL_H
#define PGRUNBOOK_CLI_TERMINAL_H

#include <stdbool.h>

/* Is somebody there to be asked? */
bool terminal_is_there(void);
/*
 * Ask, and read a line without its newline.  What was typed before the
 * question is thrown away.  Null: end of input.
 */
char *terminal_ask(const void *owner, const char *question);

#endif

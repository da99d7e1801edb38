/*
 * cli/picker.h - "pgrunbook" alone: what can be opened, and what waits.
 */
#ifndef PGRUNBOOK_CLI_PICKER_H
#define PGRUNBOOK_CLI_PICKER_H

/* Returns an exit code when the person quits, or opened something. */
int picker_main(void);

#endif

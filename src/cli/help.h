/*
 * cli/help.h - what the program says of itself, made from its tables.
 */
#ifndef PGRUNBOOK_CLI_HELP_H
#define PGRUNBOOK_CLI_HELP_H

#include "cli/command.h"

void help_all(void);
void help_command(const struct subcommand *c);

#endif

/*
 * steps/danger.h - commands that are known to destroy.
 *
 * By what is written, not by what happens: a shell can always hide what it
 * runs.  Words of commands are looked up in a table; SQL that psql is given on
 * its command line or in a here-document is judged by Postgres' own grammar.
 */
#ifndef PGRUNBOOK_STEPS_DANGER_H
#define PGRUNBOOK_STEPS_DANGER_H

#include <stdbool.h>
#include <stddef.h>

struct danger {
	char		 why[160];	/* one clause */
	const char	*hint;		/* null: none */
};

/* Is a command line for /bin/sh -c of class B?  Then *d says why. */
bool danger_of(const char *command, struct danger *d);

#endif

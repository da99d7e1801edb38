/*
 * tests/cli/keyring.h - people with ssh keys, who sign what waits in a run on
 * their own machines: the request goes out as a file, and the word comes back
 * as one.
 *
 * ana executes; ben and carol review; dora's key is nobody's here.
 */
#ifndef PGRUNBOOK_TESTS_CLI_KEYRING_H
#define PGRUNBOOK_TESTS_CLI_KEYRING_H

#include "cli/shelf.h"

/* Once per program, before any shelf. */
void keyring_make(void);
/* The shelf's file of allowed signers has ana, ben and carol. */
void keyring_allow(struct shelf *s);
/*
 * What waits in the run goes out, is signed by who, and is left for the run's
 * engine.  typed: the ceremony's word; null: the one that is asked for.  The
 * first command that refuses is given back.
 */
struct told keyring_sign(struct shelf *s, const char *run, const char *who,
    const char *typed);
/* "resume RUN --headless" as ana, with the shelf's approvals. */
struct told keyring_resume(struct shelf *s, const char *run);

#endif

/*
 * tests/harness/keys.h - ssh keys of people in a test.
 *
 * A folder has NAME and NAME.pub for each, and files that name them.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_KEYS_H
#define PGRUNBOOK_TESTS_HARNESS_KEYS_H

/* A new key without a passphrase; the path of its private file. */
char *key_make(const void *owner, const char *folder, const char *name);
/* "ssh-ed25519 AAAA…": its public half. */
char *key_public(const void *owner, const char *key);
/*
 * Add a line to the file of allowed signers in folder.  options: as "
 * valid-before=\"2020\"", null: for our namespace.
 */
char *key_allow(const void *owner, const char *folder, const char *principals,
    const char *options, const char *key);
/* A command that must succeed; what it printed. */
char *command_output(const void *owner, const char *const *argv);

#endif

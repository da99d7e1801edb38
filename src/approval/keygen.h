/*
 * approval/keygen.h - ssh signatures, by OpenSSH's own ssh-keygen.
 *
 * Private keys are never read here: ssh-keygen does, or asks the agent, or a
 * hardware key, or the person for a passphrase, at the terminal that this
 * process has.  Only exit statuses decide; what ssh-keygen says is a detail.
 * These functions wait: signing for a person, verifying for milliseconds.
 */
#ifndef PGRUNBOOK_APPROVAL_KEYGEN_H
#define PGRUNBOOK_APPROVAL_KEYGEN_H

#include <stdint.h>

#include "base/error.h"

/* The namespace of all our signatures. */
#define KEYGEN_NAMESPACE	"pgrunbook-signoff"

/* Sign text.  key: a private key's file, or a public one whose key the agent has. */
int keygen_sign(const void *owner, const char *key, const char *text,
    char **signature, struct error *err) WARN_UNUSED;

/* Is it a signature over text, by whichever key?  Says nothing of whose. */
int keygen_check(const char *text, const char *signature, struct error *err)
    WARN_UNUSED;

/* The same; *key becomes the key's fingerprint. */
int keygen_check_key(const void *owner, const char *text,
    const char *signature, char **key, struct error *err) WARN_UNUSED;

/*
 * Names that the file of allowed signers gives the signature's key, a null
 * behind the last; none: an empty list.
 */
int keygen_principals(const void *owner, const char *signers,
    const char *signature, char ***names, struct error *err) WARN_UNUSED;

/*
 * Is it principal's signature over text, as of a time?  revoked: a KRL or a
 * list of public keys; null: none.  *key becomes the key's fingerprint.
 */
int keygen_verify(const void *owner, const char *signers, const char *revoked,
    const char *principal, const char *text, const char *signature,
    int64_t as_of_us, char **key, struct error *err) WARN_UNUSED;

/* The fingerprint ("SHA256:…") of a key's file. */
int keygen_fingerprint(const void *owner, const char *key, char **fingerprint,
    struct error *err) WARN_UNUSED;

#endif

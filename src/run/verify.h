/*
 * run/verify.h - does a bundle hold?  Chain, fold, artifacts, frozen files.
 */
#ifndef PGRUNBOOK_RUN_VERIFY_H
#define PGRUNBOOK_RUN_VERIFY_H

#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"

struct verify_result {
	int64_t	records, artifacts, artifact_bytes, signs;
	bool	is_closed;
	char	head[SHA256_HEX_SIZE];
};

/*
 * ERR_VERIFY names the first line or file that does not hold.  Each digest
 * that was signed is computed anew from what was shown.  A run that is not
 * closed can hold too: see is_closed.  Files under artifacts/ and runbooks/
 * that no record names do not hold, but for what a crash left (".part",
 * ".partial").
 */
int run_verify(const char *folder, struct verify_result *result,
    struct error *err) WARN_UNUSED;

#endif

/*
 * report/bundle.h - a run's evidence as one file to hand over.
 *
 * A .tar.gz of RUN/: the journal, artifacts, runbooks and approvals, and made
 * for it: manifest.sha256, which "sha256sum --check" reads, and in-toto.json,
 * a statement about all of them.  The same bundle gives the same bytes.
 */
#ifndef PGRUNBOOK_REPORT_BUNDLE_H
#define PGRUNBOOK_REPORT_BUNDLE_H

#include "approval/evidence.h"
#include "base/error.h"

/*
 * evidence: what evidence_verify() found of the folder.  Written under
 * another name first: a crash leaves no half of one.  *sha256 is its own.
 */
int bundle_export(const char *folder, const struct evidence *evidence,
    const char *path, char sha256[SHA256_HEX_SIZE], struct error *err)
    WARN_UNUSED;

#endif

/*
 * cli/prose.h - a runbook in Markdown, read (by libcmark) into a draft.
 *
 * Headings are phases, numbered items are steps, fences of shell and SQL are
 * what steps run, checklists are manual steps, warnings are a step's "why" and
 * make it class B, decision lists are choices.  What has no place becomes a
 * manual step with its whole text, and says why a person must look at it.
 */
#ifndef PGRUNBOOK_CLI_PROSE_H
#define PGRUNBOOK_CLI_PROSE_H

#include "cli/draft.h"

/* name: of the file, for the draft where the text has no title. */
struct draft *prose_read(const void *owner, const char *name,
    const char *text, size_t size_bytes);

#endif

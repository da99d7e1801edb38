/*
 * cli/prose_front.h - front matter: the YAML before a text in Markdown.
 */
#ifndef PGRUNBOOK_CLI_PROSE_FRONT_H
#define PGRUNBOOK_CLI_PROSE_FRONT_H

#include "cli/draft.h"

/*
 * Takes "---", YAML, "---" at the beginning into the draft: what a runbook has
 * a key for as that, the rest as comments.  Where the text begins behind it;
 * text itself where there is none.
 */
const char *prose_front_read(struct draft *d, const char *text);

#endif

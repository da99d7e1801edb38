/*
 * cli/prose_words.h - what the words and the code of a runbook in prose mean.
 *
 * Judgements over the nodes of libcmark and over plain text, without a state
 * of their own: cli/prose.h's reader decides what comes of them.  Texts given
 * back are their owner's; nodes stay the document's.
 */
#ifndef PGRUNBOOK_CLI_PROSE_WORDS_H
#define PGRUNBOOK_CLI_PROSE_WORDS_H

#include <stdbool.h>

/* Its short names are ours, too. */
#define CMARK_NO_SHORT_NAMES
#include <cmark.h>

#include "cli/draft.h"

/* The regex matches the text in lower case (ASCII). */
bool prose_matches(const char *text, const char *regex);
/* "Warning: ...", "Never ...", the signs for it. */
bool prose_is_warning(const char *text);
/* "If it failed: restore", "unsure -> roll back" */
bool prose_is_decision(const char *text);
/* "[ ] done", and the text behind the box (all of it where there is none). */
bool prose_is_box(const char *text);
const char *prose_without_box(const char *text);

/* All words below n; code keeps its backticks, links their addresses. */
char *prose_words(const void *owner, cmark_node *n);
/* The one `command` of a sentence; null where there is none, or several. */
char *prose_inline_command(const void *owner, cmark_node *paragraph);
/* n, or a node below it, is of the type. */
bool prose_has_below(cmark_node *n, cmark_node_type type);
/* The paragraph that an item begins with; null where it does not. */
cmark_node *prose_first_paragraph(cmark_node *item);

/* What a fence holds: shell and SQL are run, all else is for a person.  info:
 * the word behind the fence, "" where there is none. */
enum draft_kind prose_kind_of_code(const char *info, const char *code);
/* "$ command" and what it printed: the output becomes a comment. */
char *prose_without_prompts(const void *owner, const char *code);

#endif

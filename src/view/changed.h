/*
 * view/changed.h - what was signed and what would run now, word by word.
 *
 * Words that have gone stand as [-word-], new ones as {+word+}, so that the
 * difference is seen without colours, too.
 */
#ifndef PGRUNBOOK_VIEW_CHANGED_H
#define PGRUNBOOK_VIEW_CHANGED_H

#include <jansson.h>

#include "view/doc.h"

/* Each part of shown that differs, under its name. */
void changed_fill(struct doc *d, const json_t *before, const json_t *now);

/* "label: a [-b-] {+c+} d", wrapped, each kind of word in its style. */
void changed_put(struct doc *d, const char *label, const char *before,
    const char *now);

/* One text beside another: "a [-b-] {+c+} d". */
char *changed_words(const void *owner, const char *before, const char *now);

#endif

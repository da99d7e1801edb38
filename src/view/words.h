/*
 * view/words.h - how things of a run are called on the screen.
 */
#ifndef PGRUNBOOK_VIEW_WORDS_H
#define PGRUNBOOK_VIEW_WORDS_H

#include <stdint.h>

#include "run/state.h"
#include "view/canvas.h"

const char *glyph_of_status(enum step_status s);
/* "FAILED", "REFUSED", "CANCELLED", "OUTCOME UNKNOWN": why it does not go on. */
const char *failure_word(const struct step_state *step);
/* "refused by ben: too late"; or the error's text; or what is known at least. */
char *failure_reason(const void *owner, const struct step_state *step);
/* "5": the step's number within its phase. */
int step_number(const struct run_state *s, const struct step_state *step);
/* "5 Apply the reconciliation migrations" */
char *step_title(const void *owner, const struct run_state *s,
    const struct step_state *step);
/* How long it ran, or has been running; -1: it has not begun. */
int64_t step_elapsed_ms(const struct step_state *step, int64_t now_us);
/* "4e1f…9c02" */
char *short_digest(const void *owner, const char *digest);
/* "SHARED", and with brackets where colour cannot say it. */
char *environment_block(const void *owner, const char *name, bool is_mono);
/* The target's state; null where the step has none or it is not pinned. */
const struct target_state *step_target(const struct run_state *s,
    const struct step_state *step);
/* "38m", "1h05m", "45s" */
char *span_short(const void *owner, int64_t ms);
/* "A, B" of a JSON list of texts; null for none. */
char *json_words(const void *owner, const json_t *list);
/* "01:36" */
char *hour_minute(const void *owner, int64_t at_us);
/* How a sign-off was made: "ssh SHA256:Qm3x…", "BREAK-GLASS"; and in which style. */
char *sign_strength(const void *owner, const struct sign_state *s);
enum style style_of_sign(const struct sign_state *s);
/* The first digits of a journal's head, to be written down; "" where it is not known. */
char *head_code(const void *owner, const char *hash);
/* How many sign-offs hold for the digest. */
int signs_that_hold(const struct step_state *step, const char *digest,
    int64_t now_us);
/* The folder-relative path of an attempt's output, whole or still growing. */
char *output_path(const void *owner, const char *folder,
    const struct step_state *step, int attempt);

/* One event as one sentence; null for those that say nothing to people. */
char *event_words(const void *owner, const struct run_state *s,
    const struct event *e);
enum style style_of_event(const struct event *e);

/* What a held step needs, and what is left of the window. */
char *extension_words(const void *owner, const struct step_state *step);

#endif

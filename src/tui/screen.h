/*
 * tui/screen.h - an app on a terminal: signals, keys, the clock and one
 * descriptor are waited for; frames are drawn when something has changed, at
 * most ten a second, at once after a key.
 */
#ifndef PGRUNBOOK_TUI_SCREEN_H
#define PGRUNBOOK_TUI_SCREEN_H

#include <stdbool.h>

#include "base/error.h"
#include "view/app.h"

struct screen;

struct screen_news {
	bool	can_read;	/* the descriptor that is watched */
	bool	is_over;	/* the terminal has gone, or we are asked to end */
};

/* The terminal is ours until screen_close() (or its freeing). */
struct screen *screen_open(const void *owner, const char *theme,
    struct error *err);
void screen_close(struct screen *s);
bool screen_is_mono(const struct screen *s);

void screen_watch(struct screen *s, int fd);	/* -1: nothing */
void screen_changed(struct screen *s);
/* Draw all anew with the next frame. */
void screen_redraw(struct screen *s);
void screen_draw(struct screen *s, struct app *a);
/* Wait for news; gives keys and ticks to the app. */
struct screen_news screen_wait(struct screen *s, struct app *a);

#endif

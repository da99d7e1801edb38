/*
 * view/app.h - the whole screen without a terminal: keys and events go in,
 * a canvas and intents come out.
 *
 * A stack of views; the lowest is the run (or the picker).  Nothing opens by
 * itself over what a person is doing: what needs somebody is called for in
 * the strip and opened by a key.  What the run is comes from its state alone.
 */
#ifndef PGRUNBOOK_VIEW_APP_H
#define PGRUNBOOK_VIEW_APP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "run/event.h"
#include "run/state.h"
#include "view/canvas.h"
#include "view/keymap.h"

struct app;

/* What the app asks of the program around it. */
struct app_host {
	/* Takes fields.  *id is that of the reply (app_reply). */
	int	(*send)(void *arg, enum intent_type t, json_t *fields,
		    int64_t *id, struct error *err);
	/* Throw away what was typed before the question was on screen. */
	void	(*flush_input)(void *arg);
	void	(*copy)(void *arg, const char *text);
	void	*arg;
	/*
	 * Start what stands in the run's way, for a person to practise on, and
	 * say what it was.  Null everywhere but in the demo.
	 */
	int	(*trouble)(void *arg, char said[160], struct error *err);
};

struct app_settings {
	const char	*folder;	/* the run's; null in the picker */
	const char	*principal;
	bool		 ascii;
	bool		 is_mono;	/* no colours: the environment in brackets */
};

enum app_wish {
	WISH_NOTHING,
	WISH_LEAVE,		/* detach, or quit the picker */
	WISH_ENGINE,		/* start the engine again */
	WISH_REDRAW
};

/* The screen of a run.  Borrows settings' texts and host's arg. */
struct app *app_new_run(const void *owner, const struct app_settings *settings,
    const struct app_host *host);

/* state: folded by somebody else, borrowed until the next call. */
void app_set_state(struct app *a, struct run_state *state);
void app_event(struct app *a, const struct event *e);	/* after it was folded */
void app_reply(struct app *a, int64_t id, const struct error *err);
/* The engine has gone (why: one clause), or is back (null). */
void app_engine_gone(struct app *a, const char *why);

void app_key(struct app *a, const struct key_press *k);
/* At least once a second; now: wall clock and monotonic. */
void app_tick(struct app *a, int64_t now_us, int64_t mono_ms);
void app_render(struct app *a, struct canvas *c);
/* Is something going on that wants ticks as soon as possible (a search)? */
bool app_is_busy(const struct app *a);

/* Tell the person something; until the next key. */
void app_say(struct app *a, enum style s, const char *fmt, ...) PRINTF(3, 4);

/* What is wished for since the last call. */
enum app_wish app_take_wish(struct app *a);

#endif

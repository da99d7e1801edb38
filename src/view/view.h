/*
 * view/view.h - what views are made of, and what they share.  For the files
 * of this folder.
 *
 * A view is a const table of functions and a private state, in one file.
 */
#ifndef PGRUNBOOK_VIEW_VIEW_H
#define PGRUNBOOK_VIEW_VIEW_H

#include "view/app.h"
#include "view/doc.h"

struct view {
	enum place	 place;
	bool		 is_list;	/* the keys of PLACE_LIST hold */
	/* Draw into the body.  Footer and header are the app's. */
	void	(*render)(struct app *a, void *self, struct area body);
	/* Can it act now?  Asked for the view's own actions and those of LIST. */
	bool	(*can)(struct app *a, void *self, enum action action);
	/* Do it; only what can act is asked for. */
	void	(*act)(struct app *a, void *self, enum action action,
		    const struct key_press *k);
	/* May be null: keys before they become actions; true: taken. */
	bool	(*type)(struct app *a, void *self, const struct key_press *k);
	/* May be null: does type() take the key for itself? */
	bool	(*takes)(struct app *a, void *self, const char *key);
	/* May be null. */
	void	(*event)(struct app *a, void *self, const struct event *e);
	void	(*tick)(struct app *a, void *self);
	/* May be null: words for the footer in place of the keymap's. */
	const char *(*hint)(struct app *a, void *self, enum action action);
	/* May be null: a line of words in place of the keys; null: the keys. */
	const char *(*line)(struct app *a, void *self);
};

#define VIEWS_MAX	8
#define SEARCH_MAX	128

struct prompt {
	bool	 is_open;
	char	*label;
	char	 text[512];
	bool	 wants_text;		/* an empty line is no answer */
	const char *pattern;		/* null: anything */
	char	*wrong;			/* why the line was not taken; null: - */
	void	(*done)(struct app *a, void *arg, const char *text);
	void	*arg;
};

/* A durable event, as the journal's view and the details show it. */
struct journal_row {
	int64_t		 seq, at_us;
	enum event_type	 type;
	enum style	 style;
	char		*words;		/* null: says nothing to people */
	json_t		*data;
};

struct app {
	struct app_settings set;
	struct app_host	 host;
	struct run_state *state;	/* null: not attached yet */
	int64_t		 now_us, mono_ms;
	void		*frame;		/* owner of what one frame or key needs */
	const char	*gone;		/* why the engine has gone; null: it is there */
	struct {
		const struct view *view;
		void	*self;
	} stack[VIEWS_MAX];
	int		 depth;
	struct prompt	 prompt;
	char		 search[SEARCH_MAX];	/* "": none */
	enum action	 asked_again;	/* pressed once, wants a second time */
	char		*message;
	enum style	 message_style;
	int64_t		 message_ms;	/* since when it is shown */
	enum app_wish	 wish;
	int64_t		 sent;		/* id of the last intent; 0: answered */
	struct journal_row *journal;
	size_t		 journal_count;
	int		 columns, rows;	/* of the last frame */
	bool		 is_busy;	/* set by a view's tick: more ticks, soon */
};

/* An app without a view. */
struct app *app_new(const void *owner, const struct app_settings *settings,
    const struct app_host *host);

/* self becomes the stack's; freed when the view is left. */
void app_push(struct app *a, const struct view *v, void *self);
void app_pop(struct app *a);
/* The view with this state, wherever it stands; a line being asked for is let go. */
void app_leave(struct app *a, const void *self);
/* Is a view of this kind open? */
bool app_has(const struct app *a, const struct view *v);

/* Ask for a line of text in the footer; done is called with it, or never. */
struct prompt *app_ask(struct app *a, const char *label,
    void (*done)(struct app *a, void *arg, const char *text), void *arg);
/* The same key once more?  True the second time. */
bool app_sure(struct app *a, enum action action, const char *question);

/* Send an intent; the answer comes to the footer.  Takes fields. */
bool app_send(struct app *a, enum intent_type t, json_t *fields);

/*
 * What a key means in the view on top.  Without an engine its key starts one,
 * whatever it means in a view.
 */
enum action app_find_action(struct app *a, const struct key_press *k);
/* Can it act now? */
bool app_can(struct app *a, enum action action);

/* Is a view of this place on top? */
bool app_is_at(const struct app *a, enum place p);
/* The step that the run stands at; null where none is left. */
struct step_state *app_current(const struct app *a);
/* What needs a person now (state_waits_for), null: nothing. */
const char *app_needs(const struct app *a);

/* columns, or the whole width where hardly a margin would be left. */
int overlay_width(struct area body, int columns);
/* Draw a box that leaves a margin where there is room; returns its inside. */
struct area overlay_box(struct area body, int columns, int rows,
    const char *title);

/* Each opens its screen, or says why it cannot. */
void help_open(struct app *a);
void signoff_open(struct app *a, struct step_state *step);
void failure_open(struct app *a, struct step_state *step);
void question_open(struct app *a, struct step_state *step);
void drift_open(struct app *a, struct step_state *step);
void journal_view_open(struct app *a);
void locks_open(struct app *a, struct step_state *step);
void pager_open(struct app *a, const struct step_state *step, int attempt);
void pager_open_file(struct app *a, const char *title, const char *path);
void run_view_open(struct app *a);
void app_see_to_it(struct app *a);	/* opens what app_needs() */
void command_run(struct app *a, const char *line);	/* ":" */
void intent_with_reason(struct app *a, enum intent_type t, const char *step,
    const char *label);			/* asks for "reason", then sends */
void intent_note(struct app *a);
/* handover.c: passing the run on (notes "": asks for them), and taking it over. */
void handover_ask(struct app *a, const char *notes);
void handover_take(struct app *a);
/* The one of both that this person can; to take over asks once more. */
void handover_key(struct app *a, enum action action);
/* Does it wait to be taken over by this person? */
bool handover_is_mine(const struct app *a);
/* Who passes it on, and what he says; null: nobody. */
char *handover_words(struct app *a);
void extend_ask(struct app *a);		/* a later end of the window */
/* "+30m" or a time, as a time; null with *err. */
char *window_end_parse(const void *owner, const char *text,
    const struct run_state *s, int64_t now_us, struct error *err);
/* The step at hand is to stop: asks once more, by the same key. */
void cancel_ask(struct app *a, enum action again);
/* A session by its JSON (pid, backend_start, user?, application?): asks for its pid, then sends. */
void session_ask(struct app *a, enum intent_type t, const char *step,
    const json_t *session);

/* header.c, strip.c, footer.c */
int header_rows(const struct app *a, int columns);
void header_draw(struct app *a, struct area area);
int strip_rows(const struct app *a, int rows);
void strip_draw(struct app *a, struct area area);
void footer_draw(struct app *a, struct area area);

#endif

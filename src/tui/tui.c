/*
 * tui/tui.c - the loop of the ncurses front end (tui/tui.h): keys, the
 * engine's events, signals and the clock in; frames out, at most ten a second.
 */

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "tui/screen.h"
#include "tui/term.h"
#include "tui/theme.h"
#include "tui/tui.h"
#include "view/app.h"
#include "view/picker.h"
#include "wire/client.h"

struct front {
	struct screen	*screen;
	struct app	*app;
	const char	*folder, *principal;
	const struct tui_options *options;
	struct wire_client *client;	/* null: the engine has gone */
	struct wire_client *coming;	/* of the engine that was started again */
	char		*called;	/* what the person was called for last */
	bool		 is_caught_up;
};

/* ---- the engine --------------------------------------------------------------- */

static void
on_event(void *arg, const struct event *e)
{
	struct front *f = arg;

	app_event(f->app, e);
	screen_changed(f->screen);
}

static struct wire_client *
live_client(struct front *f)
{
	return f->coming != NULL ? f->coming : f->client;
}

/* What the run waits for, or how it ended; null: nothing calls. */
static char *
calling(struct front *f, struct wire_client *c)
{
	const struct run_state *s = wire_client_state(c);
	const char *waits = state_waits_for(s);

	if (s->is_closed)
		return mem_printf(f, "%s: %s", s->title, s->outcome);
	if (waits == NULL)
		return NULL;
	return mem_printf(f, "%s: needs you (%s)%s%s", s->title, waits,
	    s->current < s->step_count ? " for " : "",
	    s->current < s->step_count ? s->steps[s->current].id : "");
}

/* Who has just come sees it anyhow; who looks elsewhere is called. */
static void
call_person(struct front *f, bool is_new)
{
	char *now = calling(f, live_client(f));

	if (!is_new && now != NULL && !str_equal(now, f->called))
		term_call(now);
	talloc_free(f->called);
	f->called = now;
}

/* The events from the start are all here: the state is whole. */
static void
on_caught_up(void *arg)
{
	struct front *f = arg;

	call_person(f, true);
	f->is_caught_up = true;

	if (f->coming != NULL) {
		app_set_state(f->app, wire_client_state(f->coming));
		talloc_free(f->client);
		f->client = f->coming;
		f->coming = NULL;
		app_engine_gone(f->app, NULL);
	}
	screen_changed(f->screen);
}

static void
on_reply(void *arg, int64_t id, const struct error *err)
{
	struct front *f = arg;

	app_reply(f->app, id, err);
	screen_changed(f->screen);
}

static struct wire_client *
attach(struct front *f, struct error *err)
{
	struct wire_listener listener = { on_event, on_caught_up, on_reply, f };

	struct wire_client *c = wire_client_connect(f, f->folder, "tui",
	    f->principal, &listener, err);

	if (c != NULL)
		wire_client_sign_with(c, f->options->key, f->principal);
	return c;
}

static void
read_engine(struct front *f)
{
	struct wire_client *c = live_client(f);
	struct error err;

	error_clear(&err);
	if (wire_client_read(c, &err) == 0) {
		if (f->is_caught_up)
			call_person(f, false);
		return;
	}
	/* Its state stays on screen until there is another. */
	if (c == f->coming)
		TALLOC_FREE(f->coming);
	screen_watch(f->screen, -1);
	app_engine_gone(f->app, err.detail[0] != '\0' ? err.detail :
	    err.primary);
	screen_changed(f->screen);
}

static void
start_engine(struct front *f)
{
	struct error err;

	error_clear(&err);
	if (f->options->resume == NULL) {
		app_say(f->app, STYLE_FAILED,
		    "\"pgrunbook resume\" starts it again");
		return;
	}
	app_say(f->app, STYLE_MUTED, "starting the engine …");
	screen_draw(f->screen, f->app);
	if (f->options->resume(f->options->arg, f->folder, &err) == 0)
		f->coming = attach(f, &err);
	if (f->coming == NULL) {
		app_say(f->app, STYLE_FAILED, "not started: %s%s%s", err.primary,
		    err.hint[0] != '\0' ? " · " : "", err.hint);
		return;
	}
	screen_watch(f->screen, wire_client_fd(f->coming));
	app_say(f->app, STYLE_DONE, "the engine is back");
}

/* ---- what the app asks for ------------------------------------------------------- */

static int
send_intent(void *arg, enum intent_type t, json_t *fields, int64_t *id,
    struct error *err)
{
	struct front *f = arg;
	bool is_signing = f->options->key != NULL &&
	    (t == INTENT_SIGN || t == INTENT_REFUSE);
	int rc;

	/* ssh-keygen may have to ask for a passphrase. */
	if (is_signing)
		term_leave();
	rc = wire_client_send(f->client, t, fields, id, err);
	if (is_signing) {
		term_return();
		screen_redraw(f->screen);
	}
	return rc;
}

static void
flush_input(void *arg)
{
	(void)arg;
	term_flush_input();
}

static void
copy(void *arg, const char *text)
{
	(void)arg;
	term_copy(text);
}

static int
trouble(void *arg, char said[160], struct error *err)
{
	struct front *f = arg;

	return f->options->trouble(f->options->trouble_arg, said, err);
}

/* ---- the loop --------------------------------------------------------------------- */

/* Until the person leaves, or the terminal does. */
static void
run_loop(struct front *f)
{
	for (;;) {
		struct screen_news news = screen_wait(f->screen, f->app);

		if (news.is_over)
			return;
		if (news.can_read)
			read_engine(f);
		switch (app_take_wish(f->app)) {
		case WISH_LEAVE:
			return;
		case WISH_ENGINE:
			start_engine(f);
			break;
		case WISH_REDRAW:
			screen_redraw(f->screen);
			break;
		case WISH_NOTHING:
		default:
			break;
		}
	}
}

static int
exit_code(const struct run_state *s)
{
	return s->is_closed && !str_equal(s->outcome, "done") ? 1 : 0;
}

/* Who we are where nobody said: the user, as the engine takes it, too. */
static const char *
principal_of(const void *owner, const char *said)
{
	const struct passwd *p;

	if (said != NULL)
		return said;
	p = getpwuid(geteuid());
	return p != NULL ? mem_strdup(owner, p->pw_name) : "";
}

int
tui_run(const char *run_folder, const char *principal,
    const struct tui_options *options, struct error *err)
{
	struct front *f = NEW(NULL, struct front);
	struct app_host host = { send_intent, flush_input, copy, f,
	    options->trouble != NULL ? trouble : NULL };
	struct app_settings set = { .folder = run_folder,
	    .principal = principal_of(f, principal) };
	int code = -1;

	f->folder = run_folder;
	f->principal = principal;
	f->options = options;
	f->client = attach(f, err);
	if (f->client == NULL)
		goto out;
	f->screen = screen_open(f, options->theme, err);
	if (f->screen == NULL)
		goto out;
	set.ascii = term_is_ascii();
	set.is_mono = screen_is_mono(f->screen);
	f->app = app_new_run(f, &set, &host);
	app_set_state(f->app, wire_client_state(f->client));
	screen_watch(f->screen, wire_client_fd(f->client));
	run_loop(f);
	screen_close(f->screen);
	code = exit_code(wire_client_state(f->client));
out:
	talloc_free(f);
	return code;
}

bool
tui_is_possible(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term != NULL &&
	    *term != '\0' && !str_equal(term, "dumb");
}

/* ---- the picker -------------------------------------------------------------------- */

static enum tui_wish
wish_of(enum picker_wish w)
{
	switch (w) {
	case PICKER_OPEN:
		return TUI_OPEN;
	case PICKER_ATTACH:
		return TUI_ATTACH;
	case PICKER_LINT:
		return TUI_LINT;
	case PICKER_EDIT:
		return TUI_EDIT;
	case PICKER_PLAN:
		return TUI_PLAN;
	case PICKER_QUIT:
	default:
		return TUI_QUIT;
	}
}

int
tui_picker(const void *owner, const char *runs, const char *const *folders,
    const char *principal, const struct tui_options *options,
    struct tui_choice *choice, struct error *err)
{
	void *mine = talloc_new(NULL);
	struct picker_list *list = picker_load(mine, runs, folders,
	    options->lives);
	struct app_settings set = { .principal = principal_of(mine,
	    principal) };
	struct screen *screen = screen_open(mine, options->theme, err);
	enum app_wish wish = WISH_NOTHING;
	const char *path = NULL;
	struct app *a;

	*choice = (struct tui_choice){ TUI_QUIT, NULL };
	if (screen == NULL) {
		talloc_free(mine);
		return -1;
	}
	set.ascii = term_is_ascii();
	set.is_mono = screen_is_mono(screen);
	a = app_new_picker(mine, &set, list);
	while (wish != WISH_LEAVE) {
		if (screen_wait(screen, a).is_over)
			break;
		wish = app_take_wish(a);
		if (wish == WISH_REDRAW)
			screen_redraw(screen);
	}
	if (wish == WISH_LEAVE) {
		choice->wish = wish_of(picker_choice(a, &path));
		choice->path = mem_strdup(owner, path);
	}
	talloc_free(mine);
	return 0;
}

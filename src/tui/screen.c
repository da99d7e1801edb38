/* tui/screen.c - an app on a terminal (tui/screen.h). */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "tui/screen.h"
#include "tui/term.h"
#include "tui/theme.h"

#define FRAME_MS	100
#define TICK_MS		1000

static const int signals[] = {
	SIGWINCH, SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGCONT
};

struct screen {
	struct theme	*theme;
	struct canvas	*canvas;
	int		 watched;
	bool		 is_dirty, is_all, was_key;
	int64_t		 drawn_ms, tick_ms;
	struct sigaction before[COUNT_OF(signals)];
};

/* Written by the handler, read by the loop. */
static int signal_pipe[2] = { -1, -1 };

static void
on_signal(int signum)
{
	unsigned char c = (unsigned char)signum;
	int saved = errno;

	/* A full pipe holds news enough. */
	if (write(signal_pipe[1], &c, 1) < 0)
		errno = saved;
	errno = saved;
}

static int
catch_signals(struct screen *s, struct error *err)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	size_t i;

	if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return error_errno(err, ERR_IO, "could not make a pipe");
	sigemptyset(&sa.sa_mask);
	for (i = 0; i < COUNT_OF(signals); i++)
		sigaction(signals[i], &sa, &s->before[i]);
	return 0;
}

static int
screen_destroy(struct screen *s)
{
	size_t i;

	term_close();
	if (signal_pipe[0] < 0)
		return 0;
	for (i = 0; i < COUNT_OF(signals); i++)
		sigaction(signals[i], &s->before[i], NULL);
	close(signal_pipe[0]);
	close(signal_pipe[1]);
	signal_pipe[0] = signal_pipe[1] = -1;
	return 0;
}

struct screen *
screen_open(const void *owner, const char *theme, struct error *err)
{
	struct screen *s = NEW(owner, struct screen);

	s->watched = -1;
	s->is_dirty = s->is_all = true;
	s->theme = theme_load(s, theme, err);
	/* Before ncurses, which would take SIGWINCH for itself. */
	if (s->theme == NULL || catch_signals(s, err) != 0) {
		talloc_free(s);
		return NULL;
	}
	talloc_set_destructor(s, screen_destroy);
	if (term_open(s->theme, err) != 0) {
		talloc_free(s);
		return NULL;
	}
	return s;
}

void
screen_close(struct screen *s)
{
	term_close();
	(void)s;
}

bool
screen_is_mono(const struct screen *s)
{
	return s->theme->is_mono;
}

void
screen_watch(struct screen *s, int fd)
{
	s->watched = fd;
}

void
screen_changed(struct screen *s)
{
	s->is_dirty = true;
}

void
screen_redraw(struct screen *s)
{
	s->is_dirty = s->is_all = true;
}

void
screen_draw(struct screen *s, struct app *a)
{
	int rows, columns;

	term_size(&rows, &columns);
	if (s->canvas == NULL || s->canvas->rows != rows ||
	    s->canvas->columns != columns) {
		talloc_free(s->canvas);
		s->canvas = canvas_new(s, rows, columns, term_is_ascii());
		s->is_all = true;
	}
	app_render(a, s->canvas);
	term_paint(s->canvas, s->is_all);
	s->is_dirty = s->is_all = s->was_key = false;
	s->drawn_ms = clock_mono_ms();
}

static void
read_signals(struct screen *s, struct screen_news *news)
{
	unsigned char c;

	while (read(signal_pipe[0], &c, 1) == 1)
		switch (c) {
		case SIGWINCH:
		case SIGCONT:
			term_resized();
			screen_redraw(s);
			break;
		default:
			news->is_over = true;
		}
}

static void
read_keys(struct screen *s, struct app *a)
{
	struct key_press k;

	while (term_key(&k)) {
		s->is_dirty = s->was_key = true;
		if (!k.is_pasted && str_equal(k.name, "^Z")) {
			term_suspend();
			screen_redraw(s);
			continue;
		}
		app_key(a, &k);
	}
}

/* How long nothing needs to be done. */
static int
pause_ms(const struct screen *s, int64_t now)
{
	int64_t until = s->tick_ms + TICK_MS;

	if (s->is_dirty && s->drawn_ms + FRAME_MS < until)
		until = s->drawn_ms + FRAME_MS;
	if (s->was_key)
		return 0;
	return until > now ? (int)(until - now) : 0;
}

static void
tick(struct screen *s, struct app *a)
{
	int64_t now = clock_mono_ms();

	app_tick(a, clock_now_us(), now);
	if (now - s->tick_ms < TICK_MS)
		return;
	s->tick_ms = now;
	s->is_dirty = true;
}

/* A frame's time, not a second, where something goes on. */
static void
keep_busy(struct screen *s, const struct app *a)
{
	if (app_is_busy(a))
		s->is_dirty = true;
}

struct screen_news
screen_wait(struct screen *s, struct app *a)
{
	struct screen_news news = { false, false };
	struct pollfd fds[3] = {
		{ STDIN_FILENO, POLLIN, 0 },
		{ signal_pipe[0], POLLIN, 0 },
		{ s->watched, POLLIN, 0 },
	};
	int64_t now = clock_mono_ms();

	tick(s, a);
	keep_busy(s, a);
	if (s->is_dirty && (s->was_key || now - s->drawn_ms >= FRAME_MS)) {
		screen_draw(s, a);
		now = clock_mono_ms();
	}
	if (poll(fds, s->watched >= 0 ? 3 : 2, pause_ms(s, now)) > 0) {
		if (fds[1].revents != 0)
			read_signals(s, &news);
		/* A terminal that has hung up can be read for ever: nothing. */
		if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			news.is_over = true;
		else if (fds[0].revents & POLLIN)
			read_keys(s, a);
		news.can_read = s->watched >= 0 && fds[2].revents != 0;
	}
	return news;
}

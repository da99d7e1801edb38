/* tests/harness/terminal.c - a program on a terminal, and eyes to see it. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vterm.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "harness/terminal.h"
#include "harness/test.h"

#define OUTPUT_MAX	((size_t)1 << 20)
#define LOOK_MS		20		/* between looks for the program's end */

struct terminal {
	VTerm		*vt;
	VTermScreen	*screen;
	int		 pty;		/* -1: hung up, or at its end */
	pid_t		 pid;
	bool		 ended;
	int		 status;	/* as of waitpid() */
	int		 rows, columns;
	bool		 alternate;
	bool		 cursor_visible;
	struct buffer	*output;
};

static int
on_termprop(VTermProp prop, VTermValue *value, void *user)
{
	struct terminal *t = user;

	if (prop == VTERM_PROP_ALTSCREEN)
		t->alternate = value->boolean;
	else if (prop == VTERM_PROP_CURSORVISIBLE)
		t->cursor_visible = value->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_termprop };

/* What the terminal answers (cursor reports and the like). */
static void
on_answer(const char *bytes, size_t size, void *user)
{
	struct terminal *t = user;

	if (t->pty >= 0 && write(t->pty, bytes, size) < 0)
		return;		/* it has gone: that shows at the next read */
}

static int
terminal_destroy(struct terminal *t)
{
	if (t->pty >= 0)
		close(t->pty);
	if (!t->ended) {
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	vterm_free(t->vt);
	return 0;
}

static void NORETURN
run(const struct terminal_spec *spec, pid_t parent)
{
	union {
		const char *const	*in;
		char *const		*out;
	} u = { .in = spec->argv };
	const char *const *p;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	for (p = spec->env; p != NULL && *p != NULL; p++) {
		union {
			const char	*in;
			char		*out;
		} v = { .in = *p };

		putenv(v.out);
	}
	signal(SIGPIPE, SIG_DFL);
	if (spec->cwd != NULL && chdir(spec->cwd) != 0)
		_exit(126);
	closefrom(3);
	execvp(u.out[0], u.out);
	fprintf(stderr, "%s: %s\n", u.out[0], strerror(errno));
	_exit(127);
}

struct terminal *
terminal_start(const void *owner, const struct terminal_spec *spec)
{
	struct terminal *t = NEW(owner, struct terminal);
	struct winsize size;
	pid_t parent = getpid();

	t->rows = spec->rows > 0 ? spec->rows : 24;
	t->columns = spec->columns > 0 ? spec->columns : 80;
	t->cursor_visible = true;
	t->output = buffer_new(t);
	t->vt = memory_check(vterm_new(t->rows, t->columns));
	vterm_set_utf8(t->vt, 1);
	vterm_output_set_callback(t->vt, on_answer, t);
	t->screen = vterm_obtain_screen(t->vt);
	vterm_screen_enable_altscreen(t->screen, 1);
	vterm_screen_set_callbacks(t->screen, &callbacks, t);
	vterm_screen_reset(t->screen, 1);

	size = (struct winsize){ .ws_row = (unsigned short)t->rows,
	    .ws_col = (unsigned short)t->columns };
	t->pid = forkpty(&t->pty, NULL, NULL, &size);
	if (t->pid < 0)
		fail_msg("forkpty: %s", strerror(errno));
	if (t->pid == 0)
		run(spec, parent);
	fcntl(t->pty, F_SETFD, FD_CLOEXEC);
	fcntl(t->pty, F_SETFL, O_NONBLOCK);
	talloc_set_destructor(t, terminal_destroy);
	return t;
}

static void
draw(struct terminal *t, const char *bytes, size_t size)
{
	vterm_input_write(t->vt, bytes, size);
	buffer_add(t->output, bytes, size);
	if (t->output->size > OUTPUT_MAX)
		buffer_consume(t->output, t->output->size - OUTPUT_MAX);
}

/* Draw what comes within ms.  False: nothing came. */
static bool
turn(struct terminal *t, int64_t ms)
{
	struct pollfd pfd = { .fd = t->pty, .events = POLLIN };
	char piece[65536];
	ssize_t n;

	if (poll(&pfd, t->pty >= 0 ? 1 : 0, (int)ms) <= 0)
		return false;
	n = read(t->pty, piece, sizeof(piece));
	if (n > 0) {
		draw(t, piece, (size_t)n);
		return true;
	}
	/* EIO is how the end of a terminal reads. */
	if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		close(t->pty);
		t->pty = -1;
	}
	return true;
}

static void
look_for_end(struct terminal *t)
{
	if (!t->ended && waitpid(t->pid, &t->status, WNOHANG) == t->pid)
		t->ended = true;
}

static void
drain(struct terminal *t)
{
	while (turn(t, 0) && t->pty >= 0)
		;
}

void
terminal_keys(struct terminal *t, const char *keys)
{
	size_t size = strlen(keys);

	while (size > 0) {
		struct pollfd pfd = { .fd = t->pty, .events = POLLOUT | POLLIN };
		ssize_t n;

		if (t->pty < 0)
			fail_msg("keys for a terminal that has gone");
		poll(&pfd, 1, LOOK_MS);
		/* It may have to print before it reads on. */
		if (pfd.revents & POLLIN)
			turn(t, 0);
		n = t->pty >= 0 && (pfd.revents & POLLOUT) ?
		    write(t->pty, keys, size) : 0;
		if (n > 0) {
			keys += n;
			size -= (size_t)n;
		}
	}
}

/* A code point as UTF-8. */
static void
add_code(struct buffer *b, uint32_t c)
{
	char text[4];
	size_t n = 0;

	if (c < 0x80) {
		text[n++] = (char)c;
	} else if (c < 0x800) {
		text[n++] = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		text[n++] = (char)(0xe0 | c >> 12);
		text[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		text[n++] = (char)(0xf0 | c >> 18);
		text[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		text[n++] = (char)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		text[n++] = (char)(0x80 | (c & 0x3f));
	buffer_add(b, text, n);
}

static void
add_row(struct terminal *t, int row, struct buffer *b)
{
	VTermPos pos = { .row = row };
	VTermScreenCell cell;
	size_t start = b->size;

	while (pos.col < t->columns) {
		size_t i;

		vterm_screen_get_cell(t->screen, pos, &cell);
		if (cell.chars[0] == 0)
			buffer_puts(b, " ");
		for (i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
			add_code(b, cell.chars[i]);
		pos.col += cell.width > 0 ? cell.width : 1;
	}
	while (b->size > start && b->data[b->size - 1] == ' ')
		b->data[--b->size] = '\0';
}

char *
terminal_screen(const void *owner, struct terminal *t)
{
	struct buffer *b = buffer_new(NULL);
	char *text;
	int row;

	drain(t);
	for (row = 0; row < t->rows; row++) {
		add_row(t, row, b);
		buffer_puts(b, "\n");
	}
	while (b->size >= 2 && b->data[b->size - 2] == '\n')
		b->data[--b->size] = '\0';
	text = mem_strdup(owner, b->data);
	talloc_free(b);
	return text;
}

static void
show_and_fail(struct terminal *t, const char *what, const char *regex)
{
	char *screen = terminal_screen(NULL, t);

	/* cmocka's own printing cuts what is long. */
	fprintf(stderr, "%s: %s\n%s---- the screen (%dx%d) ----\n%s"
	    "---------------------------\n", what, regex,
	    t->ended ? "the program has ended\n" : "", t->columns, t->rows,
	    screen);
	talloc_free(screen);
	fail();
}

static bool
found(struct terminal *t, const regex_t *regex)
{
	char *screen = terminal_screen(NULL, t);
	bool is = regexec(regex, screen, 0, NULL, 0) == 0;

	talloc_free(screen);
	return is;
}

static void
compile(regex_t *regex, const char *text)
{
	if (regcomp(regex, text, REG_EXTENDED | REG_NEWLINE | REG_NOSUB) != 0)
		fail_msg("not a regex: %s", text);
}

static void
wait_for(struct terminal *t, const char *text, bool wanted, int64_t deadline_ms)
{
	int64_t until = clock_mono_ms() + deadline_ms;
	regex_t regex;

	compile(&regex, text);
	while (found(t, &regex) != wanted) {
		look_for_end(t);
		/* All that it printed is drawn: nothing more will come. */
		if ((t->ended && t->pty < 0) || clock_mono_ms() > until) {
			regfree(&regex);
			show_and_fail(t, wanted ? "never shown" : "still shown",
			    text);
		}
		turn(t, LOOK_MS);
	}
	regfree(&regex);
}

void
terminal_wait(struct terminal *t, const char *regex, int64_t deadline_ms)
{
	wait_for(t, regex, true, deadline_ms);
}

void
terminal_wait_gone(struct terminal *t, const char *regex, int64_t deadline_ms)
{
	wait_for(t, regex, false, deadline_ms);
}

int
terminal_wait_exit(struct terminal *t, int64_t deadline_ms)
{
	int64_t until = clock_mono_ms() + deadline_ms;

	for (;;) {
		look_for_end(t);
		if (t->ended)
			break;
		if (clock_mono_ms() > until)
			show_and_fail(t, "the program does not end", "");
		turn(t, LOOK_MS);
	}
	drain(t);
	return WIFEXITED(t->status) ? WEXITSTATUS(t->status) :
	    256 + WTERMSIG(t->status);
}

void
terminal_settle(struct terminal *t, int64_t ms)
{
	while (turn(t, ms) && t->pty >= 0)
		;
	look_for_end(t);
}

bool
terminal_shows(struct terminal *t, const char *text)
{
	regex_t regex;
	bool is;

	compile(&regex, text);
	is = found(t, &regex);
	regfree(&regex);
	return is;
}

static int
color_number(VTermScreen *screen, VTermColor color, bool is_default)
{
	if (is_default)
		return -1;
	if (VTERM_COLOR_IS_INDEXED(&color))
		return color.indexed.idx;
	vterm_screen_convert_color_to_rgb(screen, &color);
	return 0x1000000 | color.rgb.red << 16 | color.rgb.green << 8 |
	    color.rgb.blue;
}

void
terminal_cell(struct terminal *t, int row, int column,
    struct terminal_cell *cell)
{
	VTermScreenCell raw;
	struct buffer *b;

	drain(t);
	if (row < 0 || row >= t->rows || column < 0 || column >= t->columns)
		fail_msg("no cell %d,%d on a screen of %dx%d", row, column,
		    t->columns, t->rows);
	vterm_screen_get_cell(t->screen, (VTermPos){ row, column }, &raw);
	memset(cell, 0, sizeof(*cell));
	if (raw.chars[0] != 0 && raw.chars[0] != (uint32_t)-1) {
		size_t i;

		b = buffer_new(NULL);
		for (i = 0; i < VTERM_MAX_CHARS_PER_CELL && raw.chars[i] != 0; i++)
			add_code(b, raw.chars[i]);
		snprintf(cell->text, sizeof(cell->text), "%s", b->data);
		talloc_free(b);
	} else if (raw.chars[0] == 0) {
		strcpy(cell->text, " ");
	}
	cell->width = raw.width;
	cell->bold = raw.attrs.bold;
	cell->underline = raw.attrs.underline != 0;
	cell->italic = raw.attrs.italic;
	cell->blink = raw.attrs.blink;
	cell->reverse = raw.attrs.reverse;
	cell->strike = raw.attrs.strike;
	cell->foreground = color_number(t->screen, raw.fg,
	    VTERM_COLOR_IS_DEFAULT_FG(&raw.fg));
	cell->background = color_number(t->screen, raw.bg,
	    VTERM_COLOR_IS_DEFAULT_BG(&raw.bg));
}

int
terminal_find(struct terminal *t, const char *text, int *column)
{
	struct buffer *b = buffer_new(NULL);
	const char *at = NULL;
	int row;

	drain(t);
	for (row = 0; row < t->rows && at == NULL; row++) {
		buffer_clear(b);
		add_row(t, row, b);
		at = strstr(b->data, text);
	}
	if (at != NULL && column != NULL) {
		b->data[at - b->data] = '\0';
		*column = utf8_width(b->data);
	}
	talloc_free(b);
	return at != NULL ? row - 1 : -1;
}

void
terminal_cursor(struct terminal *t, int *row, int *column, bool *visible)
{
	VTermPos pos;

	drain(t);
	vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
	*row = pos.row;
	*column = pos.col;
	if (visible != NULL)
		*visible = t->cursor_visible;
}

bool
terminal_is_alternate(const struct terminal *t)
{
	return t->alternate;
}

const char *
terminal_output(const struct terminal *t)
{
	return t->output->data;
}

void
terminal_resize(struct terminal *t, int rows, int columns)
{
	struct winsize size = { .ws_row = (unsigned short)rows,
	    .ws_col = (unsigned short)columns };

	drain(t);
	t->rows = rows;
	t->columns = columns;
	vterm_set_size(t->vt, rows, columns);
	if (t->pty >= 0 && ioctl(t->pty, TIOCSWINSZ, &size) != 0)
		fail_msg("TIOCSWINSZ: %s", strerror(errno));
}

void
terminal_hangup(struct terminal *t)
{
	if (t->pty >= 0)
		close(t->pty);
	t->pty = -1;
}

int
terminal_pid(const struct terminal *t)
{
	return t->pid;
}

void
terminal_signal(struct terminal *t, int signum)
{
	kill(t->pid, signum);
}

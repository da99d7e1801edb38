/* tui/term.c - the terminal, through ncurses (tui/term.h). */

#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "tui/term.h"
#include "tui/terminfo.h"

#define PASTE_ON	"\033[?2004h"
#define PASTE_OFF	"\033[?2004l"

enum { KEY_PASTE_BEGIN = KEY_MAX + 1, KEY_PASTE_END };

static struct {
	bool		 is_open, is_ascii, has_colours, is_rgb, is_pasting;
	int		 colours;
	SCREEN		*screen;
	const struct theme *theme;
	struct termios	 before;
	/* What a signal handler may write: all that undoes the screen. */
	char		 undo[256];
	size_t		 undo_size;
	bool		 is_registered;
} term;

/* ---- giving the terminal back ------------------------------------------------ */

static void
prepare_undo(void)
{
	size_t size = sizeof(PASTE_OFF) - 1;

	memcpy(term.undo, PASTE_OFF, size);
	term.undo_size = size + terminfo_undo(term.undo + size,
	    sizeof(term.undo) - size);
}

/* Nothing but write() and tcsetattr(): fit for a signal handler. */
static void
undo_now(void)
{
	const char *p = term.undo;
	size_t left = term.undo_size;

	if (!term.is_open)
		return;
	term.is_open = false;
	while (left > 0) {
		ssize_t n = write(STDOUT_FILENO, p, left);

		if (n <= 0)
			break;
		p += n;
		left -= (size_t)n;
	}
	tcsetattr(STDIN_FILENO, TCSADRAIN, &term.before);
}

static void
on_fatal(int signum)
{
	undo_now();
	signal(signum, SIG_DFL);
	raise(signum);
}

static void
catch_fatal(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
	size_t i;

	for (i = 0; i < COUNT_OF(fatal); i++)
		signal(fatal[i], on_fatal);
}

void
term_close(void)
{
	if (!term.is_open)
		return;
	term.is_open = false;
	fputs(PASTE_OFF, stdout);
	fflush(stdout);
	endwin();
	/* endwin() restores what initscr() found; this, what we found. */
	tcsetattr(STDIN_FILENO, TCSADRAIN, &term.before);
	delscreen(term.screen);
	term.screen = NULL;
}

/* ---- taking it over ------------------------------------------------------------ */

static void
set_up_colours(struct theme *t)
{
	const char *no_colour = getenv("NO_COLOR");

	term.has_colours = has_colors() && !t->is_mono &&
	    (no_colour == NULL || *no_colour == '\0') &&
	    start_color() == OK && COLORS >= 8;
	if (!term.has_colours) {
		if (!t->is_mono)
			theme_without_colours(t);
		return;
	}
	use_default_colors();
	term.colours = COLORS;
	if (term.colours < 88)
		theme_with_eight_colours(t);
	term.is_rgb = terminfo_is_rgb();
}

static void
set_up_keys(void)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	define_key("\033[200~", KEY_PASTE_BEGIN);
	define_key("\033[201~", KEY_PASTE_END);
	fputs(PASTE_ON, stdout);
	fflush(stdout);
}

int
term_open(struct theme *t, struct error *err)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		error_set(err, ERR_USAGE, "this is not a terminal");
		error_hint(err, "--plain needs none");
		return -1;
	}
	if (tcgetattr(STDIN_FILENO, &term.before) != 0)
		return error_errno(err, ERR_IO, "could not ask the terminal");
	setlocale(LC_ALL, "");
	term.is_ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	term.screen = newterm(NULL, stdout, stdin);
	if (term.screen == NULL) {
		const char *name = getenv("TERM");

		error_set(err, ERR_USAGE, "a terminal of type \"%s\" is not known "
		    "here", name != NULL ? name : "");
		error_hint(err, "set TERM to a known type, or use --plain");
		return -1;
	}
	term.theme = t;
	term.is_pasting = false;
	set_up_colours(t);
	set_up_keys();
	prepare_undo();
	term.is_open = true;
	catch_fatal();
	if (!term.is_registered) {
		atexit(term_close);
		memory_on_exhaustion(undo_now);
		term.is_registered = true;
	}
	return 0;
}

bool
term_is_ascii(void)
{
	return term.is_ascii;
}

void
term_size(int *rows, int *columns)
{
	*rows = LINES;
	*columns = COLS;
}

void
term_resized(void)
{
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0 &&
	    w.ws_col > 0)
		resizeterm(w.ws_row, w.ws_col);
}

/* ---- drawing --------------------------------------------------------------------- */

static int
colour_of(int colour)
{
	if (colour == COLOUR_DEFAULT)
		return -1;
	if (term.is_rgb)
		return colour & COLOUR_RGB ? colour & 0xffffff :
		    colour_nearest(colour, 8);
	return colour_nearest(colour, term.colours);
}

static attr_t
attributes_of(unsigned bits)
{
	return (bits & LOOK_BOLD ? A_BOLD : 0) | (bits & LOOK_DIM ? A_DIM : 0) |
	    (bits & LOOK_UNDERLINE ? A_UNDERLINE : 0) |
	    (bits & LOOK_REVERSE ? A_REVERSE : 0) |
	    (bits & LOOK_ITALIC ? A_ITALIC : 0);
}

/* The look of a cell: its style's, with the cursor's laid over it. */
static struct look
look_of(const struct cell *c)
{
	struct look look = term.theme->looks[c->style], over;

	if (c->flags & CELL_SELECTED) {
		over = term.theme->looks[c->flags & CELL_AWAY ?
		    STYLE_SELECTED_AWAY : STYLE_SELECTED];
		if (over.fg != COLOUR_DEFAULT)
			look.fg = over.fg;
		if (over.bg != COLOUR_DEFAULT)
			look.bg = over.bg;
		look.attributes |= over.attributes;
		look.attributes &= ~(unsigned)(LOOK_DIM);
	}
	if (c->flags & CELL_BOLD)
		look.attributes |= LOOK_BOLD;
	return look;
}

static void
paint_cell(int row, int column, const struct cell *c)
{
	wchar_t text[CELL_POINTS + 1] = { 0 };
	struct look look = look_of(c);
	int pair = 0, i;
	cchar_t out;

	for (i = 0; i < CELL_POINTS; i++)
		text[i] = (wchar_t)c->points[i];
	if (text[0] == 0)
		text[0] = L' ';
	if (term.has_colours)
		pair = alloc_pair(colour_of(look.fg), colour_of(look.bg));
	if (pair < 0)
		pair = 0;
	setcchar(&out, text, attributes_of(look.attributes), (short)pair, &pair);
	mvadd_wch(row, column, &out);
}

void
term_paint(const struct canvas *c, bool all)
{
	int row, column;

	if (all)
		clearok(stdscr, TRUE);
	for (row = 0; row < c->rows && row < LINES; row++)
		for (column = 0; column < c->columns && column < COLS; column++) {
			const struct cell *cell = canvas_cell(c, row, column);

			if (cell->width > 0)
				paint_cell(row, column, cell);
		}
	if (c->cursor_row >= 0) {
		curs_set(1);
		move(c->cursor_row, c->cursor_column);
	} else {
		curs_set(0);
	}
	refresh();
}

void
term_copy(const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)text;
	size_t left = strlen(text);

	fputs("\033]52;c;", stdout);
	for (; left > 0; left -= left < 3 ? left : 3, p += 3) {
		unsigned n = (unsigned)p[0] << 16 |
		    (left > 1 ? (unsigned)p[1] << 8 : 0) |
		    (left > 2 ? (unsigned)p[2] : 0);

		putchar(digits[n >> 18]);
		putchar(digits[n >> 12 & 63]);
		putchar(left > 1 ? digits[n >> 6 & 63] : '=');
		putchar(left > 2 ? digits[n & 63] : '=');
	}
	fputs("\a", stdout);
	fflush(stdout);
}

/* ---- keys ------------------------------------------------------------------------- */

static const char *
function_key(wint_t code)
{
	static const struct {
		wint_t		 code;
		const char	*name;
	} known[] = {
		{ KEY_DOWN, "Down" }, { KEY_UP, "Up" }, { KEY_LEFT, "Left" },
		{ KEY_RIGHT, "Right" }, { KEY_HOME, "Home" },
		{ KEY_END, "End" }, { KEY_NPAGE, "PgDn" },
		{ KEY_PPAGE, "PgUp" }, { KEY_ENTER, "Enter" },
		{ KEY_BACKSPACE, "Backspace" }, { KEY_BTAB, "S-Tab" },
		{ KEY_DC, "Delete" }, { KEY_F(1), "F1" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(known); i++)
		if (known[i].code == code)
			return known[i].name;
	return NULL;
}

static void
name_character(struct key_press *k, wint_t code)
{
	char bytes[MB_LEN_MAX];
	mbstate_t state = { 0 };
	size_t size;

	k->is_text = false;
	if (code == L'\r' || code == L'\n') {
		strcpy(k->name, "Enter");
	} else if (code == L'\t') {
		strcpy(k->name, "Tab");
	} else if (code == L' ') {
		strcpy(k->name, "Space");
	} else if (code == 27) {
		strcpy(k->name, "Esc");
	} else if (code == 127 || code == 8) {
		strcpy(k->name, "Backspace");
	} else if (code < 32) {
		snprintf(k->name, sizeof(k->name), "^%c", (char)(code + 64));
	} else {
		size = wcrtomb(bytes, (wchar_t)code, &state);
		if (size >= sizeof(k->name))
			return;		/* (size_t)-1, too: no character */
		memcpy(k->name, bytes, size);
		k->name[size] = '\0';
		k->is_text = true;
	}
}

bool
term_key(struct key_press *k)
{
	const char *name;
	wint_t code;
	int kind;

	while ((kind = get_wch(&code)) != ERR) {
		memset(k, 0, sizeof(*k));
		if (kind == KEY_CODE_YES && code == KEY_PASTE_BEGIN) {
			term.is_pasting = true;
			continue;
		}
		if (kind == KEY_CODE_YES && code == KEY_PASTE_END) {
			term.is_pasting = false;
			continue;
		}
		k->is_pasted = term.is_pasting;
		if (kind == KEY_CODE_YES) {
			name = function_key(code);
			if (name == NULL)
				continue;
			snprintf(k->name, sizeof(k->name), "%s", name);
		} else {
			name_character(k, code);
		}
		if (k->name[0] != '\0')
			return true;
	}
	return false;
}

void
term_flush_input(void)
{
	struct key_press k;

	tcflush(STDIN_FILENO, TCIFLUSH);
	flushinp();
	while (term_key(&k))
		;
}

void
term_call(const char *text)
{
	const char *how = getenv("PGRUNBOOK_BELL");
	/* What a step is called comes from outside. */
	char *clean = str_printable(NULL, text, strlen(text), false);

	if (how == NULL)
		how = "bell";
	if (strstr(how, "osc9") != NULL)
		printf("\033]9;pgrunbook: %s\007", clean);
	if (strstr(how, "osc777") != NULL)
		printf("\033]777;notify;pgrunbook;%s\007", clean);
	if (strstr(how, "bell") != NULL)
		putchar('\a');
	fflush(stdout);
	talloc_free(clean);
}

void
term_leave(void)
{
	fputs(PASTE_OFF, stdout);
	fflush(stdout);
	def_prog_mode();
	endwin();
}

void
term_return(void)
{
	reset_prog_mode();
	refresh();
	fputs(PASTE_ON, stdout);
	fflush(stdout);
}

void
term_suspend(void)
{
	fputs(PASTE_OFF, stdout);
	fflush(stdout);
	/* ncurses' own handler gives the terminal back, and takes it again. */
	kill(0, SIGTSTP);
	fputs(PASTE_ON, stdout);
	fflush(stdout);
}

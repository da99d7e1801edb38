/*
 * tests/harness/terminal.h - a program on a terminal, and eyes to see it.
 *
 * The program runs on a pseudo-terminal; what it prints is drawn by libvterm.
 * A test gives it keys and waits for a pattern on the screen, never for a
 * time.  Where something does not come the test fails and shows the screen.
 */
#ifndef PGRUNBOOK_TESTS_HARNESS_TERMINAL_H
#define PGRUNBOOK_TESTS_HARNESS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMINAL_PATIENCE_MS	20000

struct terminal;

struct terminal_spec {
	const char *const *argv;	/* ends with a null */
	/* "NAME=value", on top of this process's; TERM=xterm-256color and
	 * LC_ALL=C.UTF-8 where they are not among them.  May be null. */
	const char *const *env;
	const char	*cwd;		/* null: this process's own */
	int		 rows;		/* 0: 24 */
	int		 columns;	/* 0: 80 */
};

struct terminal_cell {
	char	text[32];		/* UTF-8; "" for the right half of a wide one */
	int	width;
	bool	bold, underline, italic, blink, reverse, strike;
	/* -1: the terminal's own; 0..255: of the palette; else 0x1rrggbb */
	int	foreground;
	int	background;
};

/* Freed: the program is killed. */
struct terminal *terminal_start(const void *owner,
    const struct terminal_spec *spec);

/* Bytes as a keyboard sends them: "j", "\r", "\033[A". */
void terminal_keys(struct terminal *t, const char *keys);

/* Turn until the extended regex is found on the screen (^ and $: a line). */
void terminal_wait(struct terminal *t, const char *regex, int64_t deadline_ms);
/* Turn until it is not found any more. */
void terminal_wait_gone(struct terminal *t, const char *regex,
    int64_t deadline_ms);
/* Turn until the program has ended.  Its exit status, or 256 + signal. */
int terminal_wait_exit(struct terminal *t, int64_t deadline_ms);
/* Turn until nothing has come for ms: for what must NOT happen. */
void terminal_settle(struct terminal *t, int64_t ms);

/* Is it there now?  Draws what has come, and does not wait. */
bool terminal_shows(struct terminal *t, const char *regex);
/* The screen as lines, without trailing blanks and empty lines at the end. */
char *terminal_screen(const void *owner, struct terminal *t);
/* From 0.  Past the screen the test fails. */
void terminal_cell(struct terminal *t, int row, int column,
    struct terminal_cell *cell);
/* Where the text stands first; -1: nowhere. */
int terminal_find(struct terminal *t, const char *text, int *column);
void terminal_cursor(struct terminal *t, int *row, int *column, bool *visible);
/* On the alternate screen, as full-screen programs are. */
bool terminal_is_alternate(const struct terminal *t);
/* Every byte it has printed (the last MiB). */
const char *terminal_output(const struct terminal *t);

void terminal_resize(struct terminal *t, int rows, int columns);
/* The line goes dead: the program gets SIGHUP. */
void terminal_hangup(struct terminal *t);
int terminal_pid(const struct terminal *t);
void terminal_signal(struct terminal *t, int signum);

#endif

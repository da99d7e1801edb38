/* cli/progress.c - what a command is at. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/progress.h"

#define SILENT_MS	1000
#define PERIOD_MS	250
#define COLUMNS		80	/* where the terminal does not tell */

struct progress {
	struct loop_timer *timer;
	int64_t	 start_ms;
	char	*text;
	int	 shown;		/* cells of the line */
	bool	 is_terminal;
};

static int
columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col > 1 ? size.ws_col : COLUMNS;
}

/* Spaces over what was there: any terminal knows them. */
static void
clear(struct progress *p)
{
	if (p->shown > 0)
		fprintf(stderr, "\r%*s\r", p->shown, "");
	p->shown = 0;
}

static void
draw(void *arg)
{
	struct progress *p = arg;
	int64_t took_ms = clock_mono_ms() - p->start_ms;
	char *line, *fit;

	if (!p->is_terminal || p->text == NULL || took_ms < SILENT_MS)
		return;
	line = mem_printf(p, "%s (%lld s)", p->text,
	    (long long)(took_ms / 1000));
	/* The last cell stays free, or some terminals begin a new line. */
	fit = utf8_fit(line, line, columns() - 1, false);
	clear(p);
	fputs(fit, stderr);
	fflush(stderr);
	p->shown = utf8_width(fit);
	talloc_free(line);
}

static int
free_progress(struct progress *p)
{
	progress_end(p);
	return 0;
}

struct progress *
progress_new(const void *owner, struct loop *l)
{
	struct progress *p = NEW(owner, struct progress);

	p->start_ms = clock_mono_ms();
	p->is_terminal = isatty(STDERR_FILENO);
	talloc_set_destructor(p, free_progress);
	if (p->is_terminal)
		p->timer = loop_timer_new(p, l, SILENT_MS, PERIOD_MS, draw, p);
	return p;
}

void
progress_say(struct progress *p, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = talloc_vasprintf(NULL, fmt, args);
	va_end(args);
	talloc_free(p->text);
	p->text = str_printable(p, memory_check(text), strlen(text), false);
	talloc_free(text);
	draw(p);
}

void
progress_end(struct progress *p)
{
	clear(p);
	if (p->is_terminal)
		fflush(stderr);
	talloc_free(p->text);
	p->text = NULL;
}

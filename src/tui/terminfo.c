/* tui/terminfo.c - what the terminal's description says (tui/terminfo.h). */

#include <string.h>

#include <curses.h>
#include <term.h>

#include "tui/terminfo.h"

/* tigetflag() and tigetstr() take names that they do not change. */
static char *
name(const char *text)
{
	static char room[16];

	strncpy(room, text, sizeof(room) - 1);
	return room;
}

bool
terminfo_is_rgb(void)
{
	return tigetflag(name("RGB")) > 0;
}

size_t
terminfo_undo(char *room, size_t size)
{
	static const char *const wanted[] = { "sgr0", "rmkx", "cnorm", "rmcup" };
	size_t used = 0, i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const char *text = tigetstr(name(wanted[i]));
		size_t n;

		if (text == NULL || text == (const char *)-1)
			continue;
		n = strlen(text);
		if (used + n > size)
			break;
		memcpy(room + used, text, n);
		used += n;
	}
	return used;
}

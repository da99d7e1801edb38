/*
 * tui/theme.h - themes: which colours and attributes a style has.
 *
 * A theme is a YAML file that a person can write:
 *
 *     text:    default on default
 *     danger:  bright white on red, bold
 *     muted:   244
 *     title:   bold
 *     match:   "#000000 on #ffd75f"
 *
 * The keys are the names of view/style.def.  A style that is not there looks
 * like text.  Colours: default, the eight names, "bright" before them, 0 to
 * 255, or #rrggbb in quotes; a terminal that has fewer gets the nearest.
 */
#ifndef PGRUNBOOK_TUI_THEME_H
#define PGRUNBOOK_TUI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "runbook/lint.h"
#include "view/style.h"

enum look_attribute {
	LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_UNDERLINE = 4, LOOK_REVERSE = 8,
	LOOK_ITALIC = 16
};

#define COLOUR_DEFAULT	(-1)
#define COLOUR_RGB	(1 << 24)	/* with 0xrrggbb; below it: of the palette */

struct look {
	int		fg, bg;
	unsigned	attributes;
};

struct theme {
	const char	*name;
	struct look	 looks[STYLE_COUNT];
	bool		 is_mono;	/* no look has a colour */
};

/*
 * By name or by path (with a slash in it); null: PGRUNBOOK_THEME, or
 * "default".  Looked for in the user's configuration, beside the program's
 * source and where it is installed.  ERR_NOT_FOUND lists the names there are.
 */
struct theme *theme_load(const void *owner, const char *name,
    struct error *err);
/* One file; null where *l has errors. */
struct theme *theme_read(const void *owner, const char *path, struct lint *l);
/* What a theme comes down to without colours. */
void theme_without_colours(struct theme *t);

/*
 * What a theme comes down to with the eight named colours: hues stay apart,
 * and nothing becomes as dark as its ground.  A grey ground is reversed.
 */
void theme_with_eight_colours(struct theme *t);

/* The nearest of a terminal's first count colours (8, 16, 88, 256); COLOUR_DEFAULT stays. */
int colour_nearest(int colour, int count);

#endif

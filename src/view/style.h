/*
 * view/style.h - styles by name; their table is style.def.
 *
 * Views say what text means.  Which colours that is, a theme says
 * (tui/theme.h); no state is told by colour alone.
 */
#ifndef PGRUNBOOK_VIEW_STYLE_H
#define PGRUNBOOK_VIEW_STYLE_H

#include "run/state.h"

enum style {
#define STYLE(id, name, doc) STYLE_##id,
#include "view/style.def"
#undef STYLE
	STYLE_COUNT
};

const char *style_name(enum style s);
const char *style_doc(enum style s);
int style_parse(const char *name);	/* -1: unknown */

enum style style_of_status(enum step_status s);
enum style style_of_class(const char *class_);		/* "R", "A", "B", "C" */
enum style style_of_environment(const char *name);	/* STYLE_TEXT for none */

#endif

/*
 * view/keymap.h - keys, places and actions; their table is keymap.def.
 */
#ifndef PGRUNBOOK_VIEW_KEYMAP_H
#define PGRUNBOOK_VIEW_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

/* One key press: a character as UTF-8, or a name ("Enter", "^D", "PgUp"). */
struct key_press {
	char	name[16];
	bool	is_text;	/* a character that can be part of a text */
	bool	is_pasted;	/* came between the brackets of a paste */
};

enum place {
	PLACE_ANYWHERE, PLACE_LIST,
	PLACE_RUN, PLACE_SIGNOFF, PLACE_FAILURE, PLACE_OUTPUT, PLACE_LOCKS,
	PLACE_DRIFT, PLACE_QUESTION, PLACE_JOURNAL, PLACE_HELP, PLACE_PICKER,
	PLACE_INPUT,		/* a line is typed: no key is a command */
	PLACE_COUNT
};

enum action {
	ACTION_NONE = -1,
#define KEY(id, place, keys, hint, help) ACTION_##id,
#include "view/keymap.def"
#undef KEY
	ACTION_COUNT
};

const char *place_title(enum place p);		/* "The run", for the help */

/* A key by its name in the table. */
struct key_press key_named(const char *name);

/* What a key does in a place; is_list: the rows of LIST hold there, too. */
enum action keymap_find(enum place p, bool is_list, const struct key_press *k);

struct keymap_row {
	enum action	 action;
	enum place	 place;
	const char	*keys, *hint, *help;
};
const struct keymap_row *keymap_row(enum action a);
/* Does it say something to the engine?  Without one it cannot act. */
bool keymap_is_for_engine(enum action a);
/* The first of its keys, as the footer shows it. */
const char *keymap_first_key(enum action a, char *room, size_t size);

#endif

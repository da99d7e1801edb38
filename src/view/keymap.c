/* view/keymap.c - keys, places and actions (view/keymap.h). */

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "view/keymap.h"

static const struct keymap_row rows[] = {
#define KEY(id, place, keys, hint, help) \
	{ ACTION_##id, PLACE_##place, keys, hint, help },
#include "view/keymap.def"
#undef KEY
};

const char *
place_title(enum place p)
{
	static const char *const titles[PLACE_COUNT] = {
		[PLACE_ANYWHERE] = "Everywhere",
		[PLACE_LIST] = "Lists and texts",
		[PLACE_RUN] = "The run",
		[PLACE_SIGNOFF] = "A sign-off",
		[PLACE_FAILURE] = "A step that has failed",
		[PLACE_OUTPUT] = "Output",
		[PLACE_LOCKS] = "Locks",
		[PLACE_DRIFT] = "Drift items",
		[PLACE_QUESTION] = "A question",
		[PLACE_JOURNAL] = "The journal",
		[PLACE_HELP] = "Help",
		[PLACE_PICKER] = "The picker",
		[PLACE_INPUT] = "A line of text",
	};

	return titles[p];
}

struct key_press
key_named(const char *name)
{
	struct key_press k = { .is_text = false };

	snprintf(k.name, sizeof(k.name), "%s", name);
	/* A character, not a name: one byte, or one UTF-8 sequence. */
	k.is_text = (unsigned char)name[0] >= 0x80 ||
	    (name[0] != '\0' && name[1] == '\0');
	return k;
}

/* Is name one of the words of keys? */
static bool
has_key(const char *keys, const char *name)
{
	size_t size = strlen(name), n;

	for (; *keys != '\0'; keys += n) {
		keys += strspn(keys, " ");
		n = strcspn(keys, " ");
		if (n == size && strncmp(keys, name, n) == 0)
			return true;
	}
	return false;
}

static enum action
find_in(enum place p, const char *name)
{
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].place == p && has_key(rows[i].keys, name))
			return rows[i].action;
	return ACTION_NONE;
}

enum action
keymap_find(enum place p, bool is_list, const struct key_press *k)
{
	const char *name = strcmp(k->name, " ") == 0 ? "Space" : k->name;
	enum action a;

	if (p == PLACE_INPUT)
		return ACTION_NONE;
	a = find_in(p, name);
	if (a == ACTION_NONE && is_list)
		a = find_in(PLACE_LIST, name);
	if (a == ACTION_NONE)
		a = find_in(PLACE_ANYWHERE, name);
	return a;
}

const struct keymap_row *
keymap_row(enum action a)
{
	return &rows[a];
}

const char *
keymap_first_key(enum action a, char *room, size_t size)
{
	size_t n = strcspn(rows[a].keys, " ");

	snprintf(room, size, "%.*s", (int)n, rows[a].keys);
	return room;
}

bool
keymap_is_for_engine(enum action a)
{
	static const enum action list[] = {
		ACTION_RUN_CANCEL, ACTION_RUN_NOTE, ACTION_RUN_PAUSE,
		ACTION_RUN_HANDOVER,
		ACTION_SIGN_APPROVE, ACTION_SIGN_REFUSE,
		ACTION_FAIL_RETRY, ACTION_FAIL_TIMEOUTS, ACTION_FAIL_SKIP,
		ACTION_FAIL_GOTO, ACTION_FAIL_ROLLBACK, ACTION_FAIL_NOTE,
		ACTION_FAIL_HANDOVER, ACTION_FAIL_STOP,
		ACTION_LOCK_CANCEL, ACTION_LOCK_TERMINATE,
		ACTION_DRIFT_MIGRATIONS, ACTION_DRIFT_DATABASE,
		ACTION_DRIFT_OUT, ACTION_DRIFT_COMMENT, ACTION_DRIFT_FINISH,
		ACTION_DRIFT_REFUSE, ACTION_DRIFT_DELEGATE, ACTION_DRIFT_ALL_A,
		ACTION_ASK_ANSWER,
	};
	size_t i;

	for (i = 0; i < COUNT_OF(list); i++)
		if (list[i] == a)
			return true;
	return false;
}

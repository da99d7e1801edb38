/* view/prompt.c - the line where a person types (view/prompt.h). */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "view/prompt.h"

struct prompt *
app_ask(struct app *a, const char *label,
    void (*done)(struct app *a, void *arg, const char *text), void *arg)
{
	struct prompt *p = &a->prompt;

	talloc_free(p->label);
	*p = (struct prompt){ .is_open = true, .label = mem_strdup(a, label),
	    .done = done, .arg = arg };
	return p;
}

/* Take the last character away. */
static void
erase(char *text)
{
	size_t size = strlen(text);

	while (size > 0 && ((unsigned char)text[size - 1] & 0xc0) == 0x80)
		size--;
	if (size > 0)
		size--;
	text[size] = '\0';
}

static void
erase_word(char *text)
{
	while (*text != '\0' && text[strlen(text) - 1] == ' ')
		erase(text);
	while (*text != '\0' && text[strlen(text) - 1] != ' ')
		erase(text);
}

bool
input_key(char *text, size_t room, const struct key_press *k)
{
	if (k->is_text) {
		if (strlen(text) + strlen(k->name) < room)
			strcat(text, k->name);
	} else if (str_equal(k->name, "Space") || k->is_pasted) {
		if (strlen(text) + 1 < room)
			strcat(text, " ");
	} else if (str_equal(k->name, "Backspace") || str_equal(k->name, "^H")) {
		erase(text);
	} else if (str_equal(k->name, "^U")) {
		*text = '\0';
	} else if (str_equal(k->name, "^W")) {
		erase_word(text);
	} else {
		return false;
	}
	return true;
}

void
prompt_key(struct app *a, const struct key_press *k)
{
	struct prompt *p = &a->prompt;
	struct prompt was;

	if (!k->is_pasted && (str_equal(k->name, "Esc") ||
	    str_equal(k->name, "^C"))) {
		p->is_open = false;
		return;
	}
	if (k->is_pasted || !str_equal(k->name, "Enter")) {
		input_key(p->text, sizeof(p->text), k);
		return;
	}
	if (p->wants_text && strspn(p->text, " ") == strlen(p->text)) {
		app_say(a, STYLE_WARNING, "a few words are needed here; "
		    "Esc leaves it");
		p->is_open = false;
		return;
	}
	if (p->pattern != NULL && !str_matches(p->text, p->pattern)) {
		app_say(a, STYLE_WARNING, "\"%s\" does not match %s", p->text,
		    p->pattern);
		p->is_open = false;
		return;
	}
	/* done() may ask for the next line. */
	was = *p;
	p->is_open = false;
	was.done(a, was.arg, was.text);
}

void
prompt_draw(struct app *a, struct area footer)
{
	const struct prompt *p = &a->prompt;
	const char *text = p->text;
	bool is_mark = str_equal(p->label, ":") || str_equal(p->label, "/");
	int column, room;

	column = area_put(footer, 0, 1, STYLE_CALL, p->label);
	column += is_mark ? 0 : 1;
	room = footer.columns - column - 1;
	/* The end of a long line is what is being typed. */
	while (utf8_width(text) > room && *text != '\0')
		utf8_next(&text);
	column = area_put(footer, 0, column, STYLE_INPUT, text);
	area_cursor(footer, 0, column);
}

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
	talloc_free(p->wrong);
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

const char *
input_tail(const char *text, int room)
{
	while (utf8_width(text) > room && *text != '\0')
		utf8_next(&text);
	return text;
}

/* Not taken: what was typed stays, to be mended. */
static void
complain(struct prompt *p, char *wrong)
{
	talloc_free(p->wrong);
	p->wrong = wrong;
}

void
prompt_key(struct app *a, const struct key_press *k)
{
	struct prompt *p = &a->prompt;
	struct prompt was;

	TALLOC_FREE(p->wrong);
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
		complain(p, mem_strdup(a, "A few words are needed; Esc leaves "
		    "it:"));
		return;
	}
	if (p->pattern != NULL && !str_matches(p->text, p->pattern)) {
		complain(p, mem_printf(a, "Does not match %s; Esc leaves it:",
		    p->pattern));
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
	const char *label = p->wrong != NULL ? p->wrong : p->label;
	bool is_mark = str_equal(label, ":") || str_equal(label, "/");
	int column = utf8_width(label), most = footer.columns * 2 / 3;

	/* However much is asked, there is room to see the answer. */
	column = area_fit(footer, 0, 1, column < most ? column : most,
	    p->wrong != NULL ? STYLE_WARNING : STYLE_CALL, label);
	column += is_mark ? 0 : 1;
	/* The end of a long line is what is being typed. */
	column = area_put(footer, 0, column, STYLE_INPUT,
	    input_tail(p->text, footer.columns - column - 1));
	area_cursor(footer, 0, column);
}

/* view/changed.c - what was signed and what would run now, word by word. */

#include <string.h>

#include "base/json.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/changed.h"

#define WORDS_MAX	1500	/* of each side, between what both begin and end with */
#define AROUND		6	/* words before and behind a change */
#define DEPTH_MAX	8

/* ---- words ------------------------------------------------------------------ */

struct words {
	const char	**at;		/* in the text */
	size_t		*size, count;
};

static struct words
words_of(const void *owner, const char *text)
{
	struct words w = { NULL, NULL, 0 };
	const char *blanks = " \t\r\n";

	for (;;) {
		text += strspn(text, blanks);
		if (*text == '\0')
			return w;
		GROW(owner, w.at, const char *, w.count + 1);
		GROW(owner, w.size, size_t, w.count + 1);
		w.at[w.count] = text;
		w.size[w.count] = strcspn(text, blanks);
		text += w.size[w.count++];
	}
}

static bool
same(const struct words *a, size_t i, const struct words *b, size_t j)
{
	return a->size[i] == b->size[j] &&
	    memcmp(a->at[i], b->at[j], a->size[i]) == 0;
}

/* A run of words of one kind: ' ' both have them, '-' gone, '+' new. */
struct piece {
	char		 kind;
	const struct words *of;
	size_t		 from, to;
};

struct pieces {
	struct piece	*list;
	size_t		 count;
};

static void
add(const void *owner, struct pieces *p, char kind, const struct words *of,
    size_t from, size_t to)
{
	struct piece *last = p->count > 0 ? &p->list[p->count - 1] : NULL;

	if (from == to)
		return;
	if (last != NULL && last->kind == kind && last->to == from) {
		last->to = to;
		return;
	}
	GROW(owner, p->list, struct piece, p->count + 1);
	p->list[p->count++] = (struct piece){ kind, of, from, to };
}

/* The longest common row of words, in what lies between from and the ends. */
static void
compare(const void *owner, struct pieces *p, const struct words *a, size_t from,
    size_t a_end, const struct words *b, size_t b_end)
{
	size_t rows = a_end - from + 1, columns = b_end - from + 1, i, j;
	unsigned short *length;

	if (rows > WORDS_MAX || columns > WORDS_MAX) {
		add(owner, p, '-', a, from, a_end);
		add(owner, p, '+', b, from, b_end);
		return;
	}
	length = NEW_ARRAY(owner, unsigned short, rows * columns);
	for (i = rows - 1; i > 0; i--)
		for (j = columns - 1; j > 0; j--) {
			unsigned short *cell = &length[(i - 1) * columns + j - 1];
			unsigned short down = length[i * columns + j - 1];
			unsigned short right = length[(i - 1) * columns + j];

			if (same(a, from + i - 1, b, from + j - 1))
				*cell = (unsigned short)(1 +
				    length[i * columns + j]);
			else
				*cell = down > right ? down : right;
		}
	for (i = j = 0; i < rows - 1 || j < columns - 1;)
		if (i < rows - 1 && j < columns - 1 &&
		    same(a, from + i, b, from + j)) {
			add(owner, p, ' ', a, from + i, from + i + 1);
			i++;
			j++;
		} else if (j == columns - 1 || (i < rows - 1 &&
		    length[(i + 1) * columns + j] >=
		    length[i * columns + j + 1])) {
			add(owner, p, '-', a, from + i, from + i + 1);
			i++;
		} else {
			add(owner, p, '+', b, from + j, from + j + 1);
			j++;
		}
}

static struct pieces
compare_texts(const void *owner, const struct words *a, const struct words *b)
{
	struct pieces p = { NULL, 0 };
	size_t from = 0, a_end = a->count, b_end = b->count;

	while (from < a_end && from < b_end && same(a, from, b, from))
		from++;
	while (a_end > from && b_end > from && same(a, a_end - 1, b, b_end - 1)) {
		a_end--;
		b_end--;
	}
	add(owner, &p, ' ', a, 0, from);
	compare(owner, &p, a, from, a_end, b, b_end);
	add(owner, &p, ' ', a, a_end, a->count);
	return p;
}

static void
put_words(struct buffer *out, const struct piece *p, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++) {
		if (i > from)
			buffer_add(out, " ", 1);
		buffer_add(out, p->of->at[i], p->of->size[i]);
	}
}

/* A piece that both have: no more of it than shows where we are. */
static void
put_common(struct buffer *out, const struct piece *p, bool is_first,
    bool is_last)
{
	size_t before = is_first ? 0 : AROUND, behind = is_last ? 0 : AROUND;

	if (p->to - p->from <= before + behind + 1) {
		put_words(out, p, p->from, p->to);
		return;
	}
	put_words(out, p, p->from, p->from + before);
	buffer_puts(out, before > 0 ? " …" : "…");
	if (behind > 0)
		buffer_add(out, " ", 1);
	put_words(out, p, p->to - behind, p->to);
}

char *
changed_words(const void *owner, const char *before, const char *now)
{
	void *scratch = talloc_new(NULL);
	const struct words a = words_of(scratch, before);
	const struct words b = words_of(scratch, now);
	struct pieces p = compare_texts(scratch, &a, &b);
	struct buffer *out = buffer_new(scratch);
	char *text;
	size_t i;

	for (i = 0; i < p.count; i++) {
		const struct piece *one = &p.list[i];

		if (i > 0)
			buffer_add(out, " ", 1);
		if (one->kind == ' ') {
			put_common(out, one, i == 0, i + 1 == p.count);
			continue;
		}
		buffer_puts(out, one->kind == '-' ? "[-" : "{+");
		put_words(out, one, one->from, one->to);
		buffer_puts(out, one->kind == '-' ? "-]" : "+}");
	}
	text = mem_strdup(owner, out->data);
	talloc_free(scratch);
	return text;
}

/* ---- what was shown ------------------------------------------------------------ */

/* Each text of a value by its place: {"statements 2 text": "…"}. */
static void
flatten(json_t *flat, const char *place, const json_t *value, int depth)
{
	json_t *from = (json_t *)(uintptr_t)value, *item;
	const char *key;
	size_t i;

	if (depth < DEPTH_MAX && json_is_object(value)) {
		json_object_foreach(from, key, item) {
			char *name = mem_printf(NULL, "%s%s%s", place,
			    *place != '\0' ? " " : "", key);

			flatten(flat, name, item, depth + 1);
			talloc_free(name);
		}
	} else if (depth < DEPTH_MAX && json_is_array(value)) {
		json_array_foreach(from, i, item) {
			char *name = mem_printf(NULL, "%s %zu", place, i + 1);

			flatten(flat, name, item, depth + 1);
			talloc_free(name);
		}
	} else if (json_is_string(value)) {
		json_object_set(flat, place, from);
	} else {
		char *text = json_stable(NULL, value);

		json_object_set_new(flat, place, json_string(text));
		talloc_free(text);
	}
}

void
changed_put(struct doc *d, const char *label, const char *before,
    const char *now)
{
	char *text = changed_words(NULL, before, now), *p = text;

	doc_break(d);
	doc_put(d, STYLE_LABEL, label);
	doc_put(d, STYLE_LABEL, ": ");
	while (*p != '\0') {
		bool is_gone = str_starts(p, "[-"), is_new = str_starts(p, "{+");
		const char *end = is_gone ? strstr(p, "-]") :
		    is_new ? strstr(p, "+}") : NULL;
		size_t size = end != NULL ? (size_t)(end + 2 - p) : 1;
		char *piece;

		while (end == NULL && p[size] != '\0' &&
		    !str_starts(p + size, "[-") && !str_starts(p + size, "{+"))
			size++;
		piece = mem_strndup(text, p, size);
		doc_flow(d, 4, is_gone ? STYLE_DIFF_DROP : is_new ?
		    STYLE_DIFF_ADD : STYLE_TEXT, piece);
		p += size;
	}
	talloc_free(text);
}

void
changed_fill(struct doc *d, const json_t *before, const json_t *now)
{
	json_t *a = memory_check(json_object()), *b = memory_check(json_object());
	const char *place;
	json_t *value;

	flatten(a, "", before, 0);
	flatten(b, "", now, 0);
	json_object_foreach(b, place, value) {
		const char *was = json_str_or(a, place, "");

		if (!str_equal(was, json_string_value(value)))
			changed_put(d, place, was, json_string_value(value));
	}
	json_object_foreach(a, place, value)
		if (json_object_get(b, place) == NULL)
			changed_put(d, place, json_string_value(value), "");
	json_decref(a);
	json_decref(b);
}

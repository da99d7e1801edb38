/* view/doc.c - styled text that scrolls (view/doc.h). */

#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "postgres/sql.h"
#include "view/doc.h"

#define LABEL_WIDTH	10

struct span {
	enum style	 style;
	int		 column;
	char		*text;
};

struct line {
	struct span	*spans;
	size_t		 count;
	int		 column;	/* behind the last span */
};

struct doc {
	int		 width;
	struct line	*lines;
	size_t		 count;
	int		 marked;
};

struct doc *
doc_new(const void *owner, int width)
{
	struct doc *d = NEW(owner, struct doc);

	d->width = width > 1 ? width : 1;
	d->marked = -1;
	return d;
}

int
doc_width(const struct doc *d)
{
	return d->width;
}

int
doc_lines(const struct doc *d)
{
	return (int)d->count;
}

void
doc_mark(struct doc *d)
{
	d->marked = (int)d->count - 1;
}

int
doc_marked(const struct doc *d)
{
	return d->marked;
}

void
doc_break(struct doc *d)
{
	GROW(d, d->lines, struct line, d->count + 1);
	d->lines[d->count++] = (struct line){ 0 };
}

void
doc_gap(struct doc *d)
{
	if (d->count > 0 && d->lines[d->count - 1].count > 0)
		doc_break(d);
}

static struct line *
last_line(struct doc *d)
{
	if (d->count == 0)
		doc_break(d);
	return &d->lines[d->count - 1];
}

/* Takes text, which fits. */
static void
add_span(struct doc *d, enum style s, int column, char *text)
{
	struct line *l = last_line(d);

	GROW(d, l->spans, struct span, l->count + 1);
	l->spans[l->count++] = (struct span){ s, column,
	    talloc_steal(d, text) };
	l->column = column + utf8_width(text);
}

/* Text from outside, on one line: line breaks and tabs are blanks. */
static char *
clean_line(const void *owner, const char *text)
{
	char *clean = str_printable(owner, text, strlen(text), true), *p;

	for (p = clean; *p != '\0'; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	return clean;
}

void
doc_put(struct doc *d, enum style s, const char *text)
{
	struct line *l = last_line(d);
	char *clean;

	if (text == NULL || l->column >= d->width)
		return;
	clean = clean_line(d, text);
	add_span(d, s, l->column, utf8_fit(d, clean, d->width - l->column,
	    false));
}

void
doc_printf(struct doc *d, enum style s, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = memory_check(talloc_vasprintf(NULL, fmt, args));
	va_end(args);
	doc_put(d, s, text);
	talloc_free(text);
}

void
doc_column(struct doc *d, int column)
{
	struct line *l = last_line(d);

	l->column = column > l->column ? column :
	    l->count > 0 ? l->column + 1 : column;
}

void
doc_right(struct doc *d, enum style s, const char *text)
{
	struct line *l = last_line(d);
	char *clean = clean_line(d, text);
	int from = d->width - utf8_width(clean);

	if (from < 1)
		return;
	while (l->count > 0 && l->column >= from) {
		struct span *p = &l->spans[l->count - 1];

		if (p->column >= from - 1) {
			l->count--;
			l->column = p->column;
			continue;
		}
		p->text = utf8_fit(d, p->text, from - 1 - p->column, false);
		l->column = from - 1;
	}
	add_span(d, s, from, clean);
}

/* ---- wrapping --------------------------------------------------------------- */

/* Bytes of text that take at most cells cells; at least one character. */
static size_t
bytes_within(const char *text, size_t size, int cells)
{
	const char *p = text, *before = text;
	char *part;
	int width = 0, w;

	while ((size_t)(p - text) < size) {
		before = p;
		utf8_next(&p);
		part = mem_strndup(NULL, before, (size_t)(p - before));
		w = utf8_width(part);
		talloc_free(part);
		if (width + w > cells && before > text)
			return (size_t)(before - text);
		width += w;
	}
	return size;
}

static int
width_of(const char *text, size_t size)
{
	char *part = mem_strndup(NULL, text, size);
	int width = utf8_width(part);

	talloc_free(part);
	return width;
}

/* Add a piece without blanks in it, on new lines where it does not fit. */
static void
put_word(struct doc *d, int indent, enum style s, const char *word, size_t size)
{
	size_t part;

	while (size > 0) {
		struct line *l = last_line(d);
		int room = d->width - l->column;

		if (width_of(word, size) > room && l->column > indent) {
			doc_break(d);
			last_line(d)->column = indent < d->width ? indent : 0;
			continue;
		}
		part = bytes_within(word, size, room > 0 ? room : 1);
		add_span(d, s, last_line(d)->column, mem_strndup(d, word, part));
		word += part;
		size -= part;
	}
}

/* Flow words of one line of text behind what is in the line already. */
static void
flow(struct doc *d, int indent, enum style s, const char *text, size_t size)
{
	size_t i = 0, from;

	while (i < size) {
		from = i;
		while (i < size && text[i] == ' ')
			i++;
		last_line(d)->column += (int)(i - from);
		from = i;
		while (i < size && text[i] != ' ')
			i++;
		put_word(d, indent, s, text + from, i - from);
	}
}

/* Tabs as blanks, controls made visible, line breaks kept. */
static char *
clean_lines(const void *owner, const char *text)
{
	char *clean = str_printable(owner, text, strlen(text), true), *p;

	for (p = clean; *p != '\0'; p++)
		if (*p == '\t')
			*p = ' ';
	return clean;
}

/* Each line of text flows; the first goes on in the current line. */
static void
flow_lines(struct doc *d, int indent, enum style s, const char *text)
{
	char *clean = clean_lines(d, text);
	const char *p = clean;

	for (;;) {
		size_t size = strcspn(p, "\n");

		flow(d, indent, s, p, size);
		p += size;
		if (*p == '\0' || p[1] == '\0')
			break;
		p++;
		doc_break(d);
		last_line(d)->column = indent;
	}
}

void
doc_wrap(struct doc *d, int indent, enum style s, const char *text)
{
	if (text == NULL)
		return;
	doc_break(d);
	last_line(d)->column = indent;
	flow_lines(d, indent, s, text);
}

void
doc_flow(struct doc *d, int indent, enum style s, const char *text)
{
	if (text != NULL)
		flow_lines(d, indent, s, text);
}

void
doc_field(struct doc *d, const char *label, enum style s, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	doc_break(d);
	doc_put(d, STYLE_LABEL, label);
	last_line(d)->column = utf8_width(label) < LABEL_WIDTH ?
	    LABEL_WIDTH : utf8_width(label) + 1;
	flow_lines(d, LABEL_WIDTH, s, text);
}

void
doc_field_printf(struct doc *d, const char *label, enum style s,
    const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = memory_check(talloc_vasprintf(NULL, fmt, args));
	va_end(args);
	doc_field(d, label, s, text);
	talloc_free(text);
}

void
doc_heading(struct doc *d, const char *text)
{
	doc_gap(d);
	doc_break(d);
	doc_put(d, STYLE_TITLE, text);
}

/* ---- SQL and Markdown --------------------------------------------------------- */

static enum style
style_of_token(enum sql_token_kind kind)
{
	switch (kind) {
	case SQL_TOKEN_KEYWORD:
		return STYLE_SQL_KEYWORD;
	case SQL_TOKEN_STRING:
		return STYLE_SQL_STRING;
	case SQL_TOKEN_NUMBER:
		return STYLE_SQL_NUMBER;
	case SQL_TOKEN_COMMENT:
		return STYLE_SQL_COMMENT;
	case SQL_TOKEN_IDENTIFIER:
		return STYLE_SQL_IDENTIFIER;
	case SQL_TOKEN_OTHER:
	default:
		return STYLE_TEXT;
	}
}

/* The style of each byte of SQL. */
static unsigned char *
sql_styles(const void *owner, const char *sql, size_t size)
{
	unsigned char *styles = NEW_ARRAY(owner, unsigned char, size + 1);
	size_t count, i, j;
	struct sql_token *tokens = sql_scan(styles, sql, &count);

	memset(styles, STYLE_TEXT, size);
	for (i = 0; i < count; i++)
		for (j = (size_t)tokens[i].start;
		    j < (size_t)tokens[i].end && j < size; j++)
			styles[j] = (unsigned char)style_of_token(
			    tokens[i].kind);
	return styles;
}

/* One run without blanks, which may be of several styles: kept together. */
static void
put_run(struct doc *d, int indent, const char *text,
    const unsigned char *styles, size_t size)
{
	int width = width_of(text, size);
	size_t from, to;

	if (width > d->width - last_line(d)->column &&
	    last_line(d)->column > indent) {
		doc_break(d);
		last_line(d)->column = indent < d->width ? indent : 0;
	}
	for (from = 0; from < size; from = to) {
		for (to = from + 1; to < size && styles[to] == styles[from]; to++)
			;
		put_word(d, indent, (enum style)styles[from], text + from,
		    to - from);
	}
}

void
doc_sql(struct doc *d, int indent, const char *sql)
{
	unsigned char *styles;
	size_t size, i = 0, from;
	char *clean;

	if (sql == NULL)
		return;
	clean = clean_lines(d, sql);
	size = strlen(clean);
	while (size > 0 && clean[size - 1] == '\n')
		clean[--size] = '\0';
	styles = sql_styles(d, clean, size);
	doc_break(d);
	last_line(d)->column = indent;
	while (i < size) {
		if (clean[i] == '\n') {
			doc_break(d);
			last_line(d)->column = indent;
			i++;
		} else if (clean[i] == ' ') {
			last_line(d)->column++;
			i++;
		} else {
			from = i;
			i += strcspn(clean + i, " \n");
			put_run(d, indent, clean + from, styles + from, i - from);
		}
	}
}

/* Text with `code` and **weight** in it. */
static void
flow_inline(struct doc *d, int indent, const char *text, size_t size)
{
	enum style s = STYLE_TEXT, other;
	size_t from = 0, i, marks;

	for (i = 0; i <= size; i++) {
		marks = i == size ? 1 : text[i] == '`' ? 1 :
		    i + 1 < size && text[i] == '*' && text[i + 1] == '*' ? 2 : 0;
		if (marks == 0)
			continue;
		other = marks == 2 ? STYLE_TITLE : STYLE_SQL_IDENTIFIER;
		/* Inside of code asterisks are what they are. */
		if (i < size && s == STYLE_SQL_IDENTIFIER && marks == 2)
			continue;
		flow(d, indent, s, text + from, i - from);
		s = s == other ? STYLE_TEXT : other;
		from = i + marks;
		i = from - 1;
	}
}

void
doc_markdown(struct doc *d, int indent, const char *text)
{
	char *clean;
	const char *p;
	bool in_code = false, in_paragraph = false;

	if (text == NULL)
		return;
	clean = clean_lines(d, text);
	for (p = clean; *p != '\0'; p += *p == '\n') {
		size_t size = strcspn(p, "\n"), blanks = strspn(p, " ");
		const char *t = p + blanks;
		size_t left = blanks < size ? size - blanks : 0;
		bool item = left > 2 && (t[0] == '-' || t[0] == '*') &&
		    t[1] == ' ';

		p += size;
		if (left >= 3 && strncmp(t, "```", 3) == 0) {
			in_code = !in_code;
			in_paragraph = false;
		} else if (left == 0) {
			doc_gap(d);
			in_paragraph = false;
		} else if (in_code) {
			doc_break(d);
			last_line(d)->column = indent + 2;
			flow(d, indent + 2, STYLE_SQL_IDENTIFIER, t, left);
		} else if (t[0] == '#') {
			size_t marks = strspn(t, "# ");

			doc_break(d);
			last_line(d)->column = indent;
			flow(d, indent, STYLE_TITLE, t + marks, left - marks);
			in_paragraph = false;
		} else {
			if (!in_paragraph || item) {
				doc_break(d);
				last_line(d)->column = indent;
			} else {
				last_line(d)->column++;
			}
			if (item) {
				doc_put(d, STYLE_MUTED, "· ");
				t += 2;
				left -= 2;
			}
			flow_inline(d, indent + (item ? 2 : 0), t, left);
			in_paragraph = true;
		}
	}
}

/* ---- drawing ------------------------------------------------------------------ */

static void
draw_lines(struct doc *d, struct area a, int top)
{
	int row, column = 0;
	size_t i;

	for (row = 0; row < a.rows && top + row < (int)d->count; row++) {
		const struct line *l = &d->lines[top + row];

		for (i = 0; i < l->count; i++) {
			const struct span *p = &l->spans[i];

			/* The ground of words goes on between them. */
			if (i > 0 && p[-1].style == p->style &&
			    p->column == column + 1)
				area_put(a, row, column, p->style, " ");
			column = area_put(a, row, p->column, p->style, p->text);
		}
	}
}

void
doc_draw_top(struct doc *d, struct area a)
{
	draw_lines(d, a, 0);
}

/* Does nothing stand in this row from column on? */
static bool
is_blank(struct area a, int row, int column)
{
	for (column = column > 0 ? column : 0; column < a.columns; column++) {
		const struct cell *c = canvas_cell(a.canvas, a.row + row,
		    a.column + column);

		if (c->points[0] != ' ')
			return false;
	}
	return true;
}

void
doc_draw(struct doc *d, struct area a, struct scroller *s)
{
	int most = (int)d->count - a.rows;

	s->rows = a.rows;
	s->lines = (int)d->count;
	if (s->top > most)
		s->top = most;
	if (s->top < 0)
		s->top = 0;
	draw_lines(d, a, s->top);
	if (most > s->top && a.rows > 0) {
		char *more = mem_printf(NULL, "… ↓ %d more ", most - s->top);

		/* The ellipsis is for the words that it covers. */
		if (!is_blank(a, a.rows - 1, a.columns - utf8_width(more)))
			area_right(a, a.rows - 1, a.columns, STYLE_MUTED, more);
		else
			area_right(a, a.rows - 1, a.columns, STYLE_MUTED,
			    more + strlen("…"));
		talloc_free(more);
	}
}

char *
doc_text(const void *owner, const struct doc *d, int line)
{
	struct buffer *b = buffer_new(owner);
	const struct line *l = &d->lines[line];
	int column = 0;
	size_t i;

	for (i = 0; i < l->count; i++) {
		for (; column < l->spans[i].column; column++)
			buffer_puts(b, " ");
		buffer_puts(b, l->spans[i].text);
		column += utf8_width(l->spans[i].text);
	}
	return b->data;
}

void
scroller_by(struct scroller *s, int lines)
{
	s->top += lines;
}

void
scroller_page(struct scroller *s, int pages)
{
	s->top += pages * (s->rows > 2 ? s->rows - 1 : 1);
}

void
scroller_top(struct scroller *s)
{
	s->top = 0;
}

void
scroller_bottom(struct scroller *s)
{
	s->top = s->lines;
}

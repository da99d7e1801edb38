/*
 * base/utf8.c - UTF-8, and what of it may reach a terminal (base/str.h).
 *
 * Widths come from the C library, as ncurses' do, so that what is measured
 * here is what is drawn; but always from its UTF-8 tables, whatever locale
 * the process is in.
 */

#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "base/memory.h"
#include "base/str.h"

#define REPLACEMENT	0xfffdu

/*
 * Decode one character of at most size bytes into *code.  Returns its length,
 * or 0 where there is none: overlong forms, surrogates and what lies past
 * U+10FFFF are none.
 */
static size_t
decode(const unsigned char *p, size_t size, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length, i;

	if (size == 0)
		return 0;
	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		length = 2;
		*code = p[0] & 0x1fu;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		length = 3;
		*code = p[0] & 0x0fu;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		length = 4;
		*code = p[0] & 0x07u;
	} else {
		return 0;
	}
	if (size < length)
		return 0;
	for (i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (p[i] & 0x3fu);
	}
	if (*code < least[length] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return length;
}

bool
utf8_valid(const char *text, size_t size_bytes)
{
	uint32_t code;

	while (size_bytes > 0) {
		size_t n = decode((const unsigned char *)text, size_bytes, &code);

		if (n == 0)
			return false;
		text += n;
		size_bytes -= n;
	}
	return true;
}

uint32_t
utf8_next(const char **text)
{
	uint32_t code;
	size_t n;

	if (**text == '\0')
		return 0;
	n = decode((const unsigned char *)*text, strnlen(*text, 4), &code);
	if (n == 0) {
		(*text)++;
		return REPLACEMENT;
	}
	*text += n;
	return code;
}

/* Cells of one character; 0 for combining ones and controls. */
static int
code_width(uint32_t code)
{
	static locale_t utf8;
	static bool asked;
	locale_t old;
	int width;

	if (code < 0x20 || code == 0x7f)
		return 0;
	if (code < 0x7f)
		return 1;
	if (!asked) {
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
		asked = true;
	}
	if (utf8 == (locale_t)0)
		return 1;
	old = uselocale(utf8);
	width = wcwidth((wchar_t)code);
	uselocale(old);
	return width < 0 ? 0 : width;
}

int
utf8_width(const char *text)
{
	int cells = 0;
	uint32_t code;

	while ((code = utf8_next(&text)) != 0)
		cells += code_width(code);
	return cells;
}

char *
utf8_fit(const void *owner, const char *text, int cells, bool ascii)
{
	const char *mark = ascii ? "..." : "\xe2\x80\xa6";
	const char *p = text, *end = text;
	int mark_cells = ascii ? 3 : 1, used = 0;
	uint32_t code;

	if (cells <= 0)
		return mem_strdup(owner, "");
	if (utf8_width(text) <= cells)
		return mem_strdup(owner, text);
	if (mark_cells > cells)
		return mem_strndup(owner, mark, (size_t)cells);
	while ((code = utf8_next(&p)) != 0) {
		used += code_width(code);
		if (used > cells - mark_cells)
			break;
		end = p;
	}
	return mem_printf(owner, "%.*s%s", (int)(end - text), text, mark);
}

/* Characters that show nothing but change what is shown, or hide in it. */
static bool
is_invisible(uint32_t code)
{
	static const struct {
		uint32_t	first, last;
	} ranges[] = {
		{ 0x00ad, 0x00ad },	/* soft hyphen */
		{ 0x034f, 0x034f },	/* combining grapheme joiner */
		{ 0x061c, 0x061c },	/* Arabic letter mark */
		{ 0x115f, 0x1160 },	/* Hangul fillers */
		{ 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f },
		{ 0x200b, 0x200f },	/* zero width, direction marks */
		{ 0x2028, 0x202e },	/* separators, bidirectional overrides */
		{ 0x2060, 0x206f },	/* word joiner, isolates */
		{ 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0e },	/* variation selectors, but the emoji one */
		{ 0xfeff, 0xfeff },	/* byte order mark */
		{ 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb },	/* annotations */
		{ 0xfffe, 0xffff },
		{ 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },	/* tags */
	};
	size_t i;

	for (i = 0; i < COUNT_OF(ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

char *
str_printable(const void *owner, const char *text, size_t size_bytes,
    bool keep_newlines)
{
	struct buffer *b = buffer_new(NULL);
	const char *p = text, *end = text + size_bytes;
	char *result;

	while (p < end) {
		uint32_t code;
		size_t n = decode((const unsigned char *)p, (size_t)(end - p),
		    &code);

		if (n == 0) {
			buffer_puts(b, "\xef\xbf\xbd");
			p++;
			continue;
		}
		if (code == '\r' && keep_newlines && p + 1 < end && p[1] == '\n')
			;	/* the line end of another system */
		else if ((code == '\n' || code == '\t') && keep_newlines)
			buffer_add(b, p, 1);
		else if (code == '\t')
			buffer_puts(b, " ");
		else if (code < 0x20 || code == 0x7f)
			buffer_printf(b, "^%c", (int)(code ^ 0x40));
		else if (code >= 0x80 && code < 0xa0)
			buffer_puts(b, "\xef\xbf\xbd");
		else if (is_invisible(code))
			buffer_printf(b, "<U+%04X>", code);
		else
			buffer_add(b, p, n);
		p += n;
	}
	result = mem_strndup(owner, b->data, b->size);
	talloc_free(b);
	return result;
}

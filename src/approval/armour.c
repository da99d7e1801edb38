/* approval/armour.c - bytes as lines of text that mail and chat let through. */

#include <string.h>

#include <openssl/evp.h>

#include "approval/armour.h"
#include "base/memory.h"

#define COLUMNS	64		/* a multiple of 4 */
#define PIECE	(COLUMNS / 4 * 3)

void
armour_put(struct buffer *b, const char *name, const char *bytes,
    size_t size_bytes)
{
	unsigned char line[COLUMNS + 1];
	size_t at, n;

	buffer_printf(b, "-----BEGIN PGRUNBOOK %s-----\n", name);
	for (at = 0; at < size_bytes; at += n) {
		n = size_bytes - at < PIECE ? size_bytes - at : PIECE;
		EVP_EncodeBlock(line, (const unsigned char *)bytes + at,
		    (int)n);
		buffer_printf(b, "%s\n", (const char *)line);
	}
	buffer_printf(b, "-----END PGRUNBOOK %s-----\n", name);
}

static int
altered(struct error *err, const char *detail)
{
	error_set(err, ERR_VERIFY, "the request is not as it was made");
	error_detail(err, "%s", detail);
	return -1;
}

static int
decode(struct buffer *b, const char *from, const char *end, struct error *err)
{
	unsigned char piece[COLUMNS], quad[4];
	size_t count = 0, pads = 0;

	for (; from < end; from++) {
		if (strchr(" \t\r\n", *from) != NULL)
			continue;
		if (pads > 0 && *from != '=')
			return altered(err, "Its armour ends too early.");
		pads += *from == '=';
		quad[count++] = (unsigned char)*from;
		if (count < sizeof(quad))
			continue;
		count = 0;
		if (pads > 2 || EVP_DecodeBlock(piece, quad,
		    sizeof(quad)) != 3)
			return altered(err, "Its armour has a character that "
			    "does not belong there.");
		buffer_add(b, (const char *)piece, 3 - pads);
	}
	return count == 0 ? 0 : altered(err, "Its armour is cut.");
}

int
armour_take(struct buffer *b, const char *name, const char *text,
    const char **end, struct error *err)
{
	char *first = mem_printf(NULL, "-----BEGIN PGRUNBOOK %s-----", name);
	char *last = mem_printf(first, "-----END PGRUNBOOK %s-----", name);
	const char *begin = strstr(text, first);
	const char *behind = begin == NULL ? NULL : strstr(begin, last);
	int rc;

	if (begin == NULL)
		rc = 1;
	else if (behind == NULL)
		rc = altered(err, "It lacks its end.");
	else
		rc = decode(b, begin + strlen(first), behind, err);
	if (rc == 0 && end != NULL)
		*end = behind + strlen(last);
	talloc_free(first);
	return rc;
}

char *
armour_plain(const void *owner, const char *text, size_t size_bytes)
{
	char *plain = mem_strndup(owner, text, size_bytes), *out = plain;
	const char *line = plain, *newline;

	while (*line != '\0') {
		size_t size;

		newline = strchr(line, '\n');
		size = newline != NULL ? (size_t)(newline - line) :
		    strlen(line);
		while (size > 0 && strchr(" \t\r", line[size - 1]) != NULL)
			size--;
		memmove(out, line, size);
		out += size;
		if (newline == NULL)
			break;
		*out++ = '\n';
		line = newline + 1;
	}
	*out = '\0';
	return plain;
}

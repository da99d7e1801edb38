/* approval/request.c - what a run waits for, as one file of text. */

#include <string.h>

#include <openssl/evp.h>

#include "approval/request.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "run/folder.h"
#include "run/read.h"

#define TITLE	"pgrunbook review request, version 1\n"
#define BEGIN	"-----BEGIN PGRUNBOOK REQUEST-----\n"
#define END	"-----END PGRUNBOOK REQUEST-----\n"
#define COLUMNS	64		/* of the armour: a multiple of 4 */
#define PIECE	(COLUMNS / 4 * 3)

bool
request_is(const char *path)
{
	char *text = NULL;
	struct error ignored;
	size_t size;
	bool found;

	if (!file_exists(path) || file_is_folder(path) ||
	    file_read(NULL, path, REQUEST_MAX, &text, &size, &ignored) != 0)
		return false;
	found = strstr(text, BEGIN) != NULL;
	talloc_free(text);
	return found;
}

/* ---- making one ---------------------------------------------------------------- */

static void
put_lines(struct buffer *b, const char *text)
{
	char *clean = str_printable(NULL, text, strlen(text), true);
	char *line, *rest;

	for (line = strtok_r(clean, "\n", &rest); line != NULL;
	    line = strtok_r(NULL, "\n", &rest))
		buffer_printf(b, "    %s\n", line);
	talloc_free(clean);
}

static void
put_shown(struct buffer *b, const struct step_state *step,
    const struct attempt_state *a)
{
	const json_t *on = json_object_get(a->shown, "target"), *line, *st;
	const json_t *statements = json_object_get(a->shown, "statements");
	size_t i;

	buffer_printf(b, "\n%s (%s, class %s)\n", step->name != NULL ?
	    step->name : step->id, step->id, step->class_);
	if (json_is_object(on))
		buffer_printf(b, "  on %s, database %s at %s, role %s\n",
		    json_str_or(on, "environment", "?"),
		    json_str_or(on, "database", "?"),
		    json_str_or(on, "host", "?"), json_str_or(on, "role", "?"));
	json_array_foreach(json_object_get(a->shown, "lines"), i, line)
		put_lines(b, json_string_value(line));
	json_array_foreach(statements, i, st) {
		buffer_printf(b, "  %zu. class %s: %s %s\n", i + 1,
		    json_str_or(st, "class", "?"),
		    json_str_or(st, "reason", ""), json_str_or(st, "cost", ""));
		put_lines(b, json_str_or(st, "text", ""));
	}
	if (json_array_size(statements) == 0)
		put_lines(b, json_str_or(a->shown, "text", ""));
	buffer_printf(b, "  digest %s\n", a->digest);
}

static void
put_armour(struct buffer *b, const char *bytes, size_t size_bytes)
{
	unsigned char line[COLUMNS + 1];
	size_t at, n;

	for (at = 0; at < size_bytes; at += n) {
		n = size_bytes - at < PIECE ? size_bytes - at : PIECE;
		EVP_EncodeBlock(line, (const unsigned char *)bytes + at,
		    (int)n);
		buffer_printf(b, "%s\n", (const char *)line);
	}
}

char *
request_make(const void *owner, const char *folder, struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct buffer *b = buffer_new(scratch);
	char *path = run_journal_path(scratch, folder), *journal, *text = NULL;
	const struct step_state *step = NULL;
	char head[SHA256_HEX_SIZE];
	struct run_state *s;
	size_t size;

	/* The file first: what is written meanwhile is not in it. */
	if (file_read(scratch, path, REQUEST_MAX, &journal, &size, err) != 0)
		goto out;
	while (size > 0 && journal[size - 1] != '\n')
		size--;
	s = run_state_load_head(scratch, folder, head, err);
	if (s == NULL)
		goto out;
	if (s->current < s->step_count)
		step = &s->steps[s->current];
	if (!str_equal(state_waits_for(s), "sign-off")) {
		error_set(err, ERR_POLICY, "nothing waits for a sign-off");
		goto out;
	}
	buffer_printf(b, TITLE "\nRun     %s\nWindow  %s\nHead    %s\n\n"
	    "Save this and open it with: pgrunbook review FILE --as NAME "
	    "--key KEY\nWhat counts is what you see there; this summary is "
	    "for reading alone.\n", s->run, s->title, head);
	put_shown(b, step, step_last_attempt(step));
	buffer_puts(b, "\n" BEGIN);
	put_armour(b, journal, size);
	buffer_puts(b, END);
	text = mem_strdup(owner, b->data);
out:
	talloc_free(scratch);
	return text;
}

/* ---- opening one --------------------------------------------------------------- */

static int
altered(struct error *err, const char *detail)
{
	error_set(err, ERR_VERIFY, "the request is not as it was made");
	error_detail(err, "%s", detail);
	return -1;
}

/* Mail adds carriage returns, and blanks at the ends of lines. */
static int
take_armour(struct buffer *b, const char *from, const char *end,
    struct error *err)
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

/* "Head    <hash>" of the summary. */
static const char *
head_of(const char *text, const char *end)
{
	const char *at = strstr(text, "\nHead ");

	return at != NULL && at < end ? at + 6 + strspn(at + 6, " ") : "";
}

int
request_unpack(const char *text, size_t size_bytes, const char *folder,
    struct error *err)
{
	void *scratch = talloc_new(NULL);
	struct buffer *b = buffer_new(scratch);
	const char *begin = strstr(text, "-----BEGIN PGRUNBOOK REQUEST-----");
	const char *end = begin == NULL ? NULL :
	    strstr(begin, "-----END PGRUNBOOK REQUEST-----");
	char *path = run_journal_path(scratch, folder);
	char head[SHA256_HEX_SIZE];
	int rc = -1;

	if (end == NULL || strlen(text) != size_bytes)
		altered(err, "It lacks its beginning or its end.");
	else if (take_armour(b, begin + strlen(BEGIN) - 1, end, err) == 0 &&
	    file_write_atomic(path, b->data, b->size, 0600, err) == 0 &&
	    run_state_load_head(scratch, folder, head, err) != NULL)
		rc = strncmp(head_of(text, begin), head, strlen(head)) == 0 ?
		    0 : altered(err, "Its journal has another head than it "
		    "says: the end was cut, or it was made anew.");
	talloc_free(scratch);
	return rc;
}

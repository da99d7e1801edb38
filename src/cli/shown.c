/* cli/shown.c - what is signed for, line by line. */

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/shown.h"

void
shown_print_text(const char *indent, const char *text)
{
	char *clean = str_printable(NULL, text, strlen(text), true);

	for (char *line = clean, *next; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		printf("%s%s\n", indent, line);
	}
	talloc_free(clean);
}

static void
print_statements(const json_t *statements)
{
	const json_t *st;
	size_t i;

	json_array_foreach(statements, i, st) {
		printf("  %zu. class %s: %s\n", i + 1,
		    json_str_or(st, "class", "?"), json_str_or(st, "reason", ""));
		shown_print_text("     ", json_str_or(st, "text", ""));
		if (json_str(st, "lock") != NULL)
			printf("     takes %s\n", json_str(st, "lock"));
		if (json_str(st, "cost") != NULL)
			printf("     %s\n", json_str(st, "cost"));
	}
}

void
shown_print(const struct step_state *st, const struct attempt_state *a)
{
	const json_t *lines = json_object_get(a->shown, "lines"), *line;
	size_t i;

	printf("%s  (%s, class %s, attempt %d)\n", st->name, st->id, st->class_,
	    a->number);
	json_array_foreach(lines, i, line)
		shown_print_text("  ", json_string_value(line));
	print_statements(json_object_get(a->shown, "statements"));
	if (json_array_size(json_object_get(a->shown, "statements")) == 0)
		shown_print_text("  ", json_str_or(a->shown, "text", ""));
	if (json_str(a->shown, "undo") != NULL) {
		printf("Way back:\n");
		shown_print_text("  ", json_str(a->shown, "undo"));
	}
	printf("Digest: %s\n", a->digest);
}

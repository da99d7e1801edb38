/* runbook/lint.c - findings: collected, sorted, printed. */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/lint.h"

/* Past so many nobody reads on; the errors are still counted. */
#define FINDINGS_MAX	200
#define WORD_CELLS	60

struct lint *
lint_new(const void *owner)
{
	return NEW(owner, struct lint);
}

const char *
lint_word(struct lint *l, const char *text)
{
	char *plain = str_printable(l, text, strlen(text), false);
	char *word = utf8_fit(l, plain, WORD_CELLS, false);

	talloc_free(plain);
	return word;
}

static struct lint_finding *
find_same(const struct lint *l, enum lint_severity severity,
    struct lint_place at, const char *text)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		struct lint_finding *f = &l->findings[i];

		if (f->severity == severity && f->place.line == at.line &&
		    f->place.column == at.column && str_equal(f->text, text) &&
		    str_equal(f->place.file, at.file))
			return f;
	}
	return NULL;
}

static struct lint_finding * PRINTF(4, 0)
add(struct lint *l, enum lint_severity severity, struct lint_place at,
    const char *fmt, va_list args)
{
	char *raw = memory_check(talloc_vasprintf(l, fmt, args));
	char *text = str_printable(l, raw, strlen(raw), false);
	/* A file that is read twice (an include) tells what it has once. */
	struct lint_finding *f = find_same(l, severity, at, text);

	talloc_free(raw);
	if (severity == LINT_ERROR)
		l->raised++;
	if (f != NULL) {
		talloc_free(text);
		return f;
	}
	if (severity == LINT_ERROR)
		l->errors++;
	if (l->count == FINDINGS_MAX) {
		l->left_out++;
		talloc_free(text);
		return NULL;
	}
	GROW(l, l->findings, struct lint_finding, l->count + 1);
	f = &l->findings[l->count++];
	f->severity = severity;
	f->place = at;
	f->place.file = mem_strdup(l, at.file);
	f->text = text;
	f->hint = NULL;
	return f;
}

struct lint_finding *
lint_error(struct lint *l, struct lint_place at, const char *fmt, ...)
{
	struct lint_finding *f;
	va_list args;

	va_start(args, fmt);
	f = add(l, LINT_ERROR, at, fmt, args);
	va_end(args);
	return f;
}

struct lint_finding *
lint_warning(struct lint *l, struct lint_place at, const char *fmt, ...)
{
	struct lint_finding *f;
	va_list args;

	va_start(args, fmt);
	f = add(l, LINT_WARNING, at, fmt, args);
	va_end(args);
	return f;
}

void
lint_hint(struct lint *l, struct lint_finding *f, const char *fmt, ...)
{
	va_list args;
	char *raw;

	if (f == NULL)
		return;
	va_start(args, fmt);
	raw = memory_check(talloc_vasprintf(l, fmt, args));
	va_end(args);
	talloc_free(f->hint);
	f->hint = str_printable(l, raw, strlen(raw), false);
	talloc_free(raw);
}

void
lint_nearest(struct lint *l, struct lint_finding *f, const char *word,
    const char *const *candidates)
{
	const char *nearest = str_nearest(word, candidates);

	if (nearest != NULL)
		lint_hint(l, f, "did you mean \"%s\"?", nearest);
}

static int
compare(const void *a, const void *b)
{
	const struct lint_finding *x = *(const struct lint_finding *const *)a;
	const struct lint_finding *y = *(const struct lint_finding *const *)b;
	int rc = strcmp(x->place.file, y->place.file);

	if (rc != 0)
		return rc;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	if (x->place.column != y->place.column)
		return x->place.column < y->place.column ? -1 : 1;
	return x < y ? -1 : x > y;	/* as found */
}

static const struct lint_finding **
sorted(const struct lint *l)
{
	const struct lint_finding **list = NEW_ARRAY(l,
	    const struct lint_finding *, l->count + 1);
	size_t i;

	for (i = 0; i < l->count; i++)
		list[i] = &l->findings[i];
	qsort(list, l->count, sizeof(*list), compare);
	return list;
}

static const char *
severity_name(enum lint_severity severity)
{
	return severity == LINT_ERROR ? "error" : "warning";
}

void
lint_print(const struct lint *l, FILE *out)
{
	const struct lint_finding **list = sorted(l);
	size_t i;

	for (i = 0; i < l->count; i++) {
		const struct lint_finding *f = list[i];
		char *file = str_printable(NULL, f->place.file,
		    strlen(f->place.file), false);

		fprintf(out, "%s:%d:%d: %s: %s\n", file, f->place.line,
		    f->place.column, severity_name(f->severity), f->text);
		if (f->hint != NULL)
			fprintf(out, "  hint: %s\n", f->hint);
		talloc_free(file);
	}
	if (l->left_out > 0)
		fprintf(out, "and %zu more findings\n", l->left_out);
	talloc_free(list);
}

void
lint_print_json(const struct lint *l, FILE *out)
{
	const struct lint_finding **list = sorted(l);
	json_t *all = json_array();
	char *text;
	size_t i;

	for (i = 0; i < l->count; i++) {
		const struct lint_finding *f = list[i];
		json_t *one = json_pack("{s:o, s:i, s:i, s:s, s:s, s:s*}",
		    "file", json_text(f->place.file, strlen(f->place.file)),
		    "line", f->place.line, "column", f->place.column,
		    "severity", severity_name(f->severity), "text", f->text,
		    "hint", f->hint);

		json_array_append_new(all, one);
	}
	text = json_pretty(NULL, all);
	fprintf(out, "%s\n", text);
	talloc_free(text);
	json_decref(all);
	talloc_free(list);
}

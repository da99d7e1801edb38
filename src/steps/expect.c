/*
 * steps/expect.c - did what came back hold?
 */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "steps/expect.h"
#include "steps/spec.h"

static const char *const known[] = {
	"rows", "value", "min", "max", "equals_step", "within", NULL
};

/* A scalar as text: numbers as they are written. */
static char *
as_text(const void *owner, const json_t *j)
{
	char *dump, *text;

	if (json_is_string(j))
		return mem_strdup(owner, json_string_value(j));
	if (json_is_boolean(j))
		return mem_strdup(owner, json_is_true(j) ? "true" : "false");
	dump = json_dumps(j, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	text = mem_strdup(owner, dump != NULL ? dump : "null");
	free(dump);
	return text;
}

static bool
as_number(const char *text, double *number)
{
	char *end;

	if (text == NULL || text[0] == '\0')
		return false;
	errno = 0;
	*number = strtod(text, &end);
	return errno == 0 && *end == '\0' && isfinite(*number);
}

static void
lint_within(const struct step *s, const json_t *expect, struct lint *l)
{
	char *text = as_text(NULL, json_object_get(expect, "within"));
	size_t n = strlen(text);
	double number;

	if (n > 0 && text[n - 1] == '%')
		text[n - 1] = '\0';
	if (!as_number(text, &number) || number < 0)
		lint_error(l, spec_place(s, "expect"),
		    "\"within\" is neither a number nor a percentage");
	else if (json_object_get(expect, "value") == NULL &&
	    json_object_get(expect, "equals_step") == NULL)
		lint_error(l, spec_place(s, "expect"),
		    "\"within\" needs \"value\" or \"equals_step\" beside it");
	talloc_free(text);
}

static void
lint_number(const struct step *s, const json_t *expect, const char *key,
    struct lint *l)
{
	const json_t *j = json_object_get(expect, key);
	char *text;
	double number;

	if (j == NULL || (json_is_string(j) &&
	    strstr(json_string_value(j), "{{") != NULL))
		return;
	text = as_text(NULL, j);
	if (!as_number(text, &number))
		lint_error(l, spec_place(s, "expect"),
		    "\"%s\" of \"expect\" is not a number", key);
	talloc_free(text);
}

void
expect_lint(const struct step *s, const json_t *expect, struct lint *l)
{
	struct lint_finding *f;
	const char *key, *near;
	void *iter;

	if (expect == NULL)
		return;
	for (iter = json_object_iter((json_t *)(uintptr_t)expect); iter != NULL;
	    iter = json_object_iter_next((json_t *)(uintptr_t)expect, iter)) {
		const char *const *k;

		key = json_object_iter_key(iter);
		for (k = known; *k != NULL && !str_equal(*k, key); k++)
			;
		if (*k != NULL)
			continue;
		f = lint_error(l, spec_place(s, "expect"),
		    "unknown key \"%s\" in \"expect\"", key);
		near = str_nearest(key, known);
		if (near != NULL)
			lint_hint(l, f, "did you mean \"%s\"?", near);
	}
	lint_number(s, expect, "rows", l);
	lint_number(s, expect, "min", l);
	lint_number(s, expect, "max", l);
	if (json_object_get(expect, "within") != NULL)
		lint_within(s, expect, l);
}

/* ---- does it hold? ------------------------------------------------------- */

static int
hold_rows(const json_t *expect, const struct answer *got, struct error *err)
{
	const json_t *rows = json_object_get(expect, "rows");
	char *text;
	double wanted = 0;
	bool is_number;

	if (rows == NULL)
		return 0;
	text = as_text(NULL, rows);
	is_number = as_number(text, &wanted);
	talloc_free(text);
	if (!is_number)
		return error_set(err, ERR_EXPECT, "\"rows\" is not a number");
	if (wanted == (double)got->rows)
		return 0;
	return error_set(err, ERR_EXPECT, "expected %.0f row%s, got %lld",
	    wanted, wanted == 1 ? "" : "s", (long long)got->rows);
}

static bool
is_near(const char *got, const char *wanted, const json_t *within)
{
	double a, b, limit = 0;
	char *text;
	size_t n;

	if (got == NULL)
		return false;
	if (str_equal(got, wanted))
		return true;
	/* The server's booleans are t and f. */
	if ((str_equal(got, "t") && str_equal(wanted, "true")) ||
	    (str_equal(got, "f") && str_equal(wanted, "false")))
		return true;
	if (!as_number(got, &a) || !as_number(wanted, &b))
		return false;
	if (within != NULL) {
		text = as_text(NULL, within);
		n = strlen(text);
		if (n > 0 && text[n - 1] == '%') {
			text[n - 1] = '\0';
			if (as_number(text, &limit))
				limit = fabs(b) * limit / 100;
		} else if (!as_number(text, &limit))
			limit = 0;
		talloc_free(text);
	}
	return fabs(a - b) <= limit;
}

static int
hold_value(const json_t *expect, const char *wanted, const char *what,
    const struct answer *got, struct error *err)
{
	const json_t *within = json_object_get(expect, "within");
	char *by;

	if (is_near(got->value, wanted, within))
		return 0;
	by = within == NULL ? NULL : as_text(NULL, within);
	error_set(err, ERR_EXPECT, "expected %s%s%s%s, got %s", what, wanted,
	    by != NULL ? " within " : "", by != NULL ? by : "",
	    got->value != NULL ? got->value : "no value");
	talloc_free(by);
	return -1;
}

static int
hold_range(const json_t *expect, const struct answer *got, struct error *err)
{
	static const char *const keys[] = { "min", "max" };
	double number, limit;
	char *text;
	int i;

	for (i = 0; i < 2; i++) {
		const json_t *j = json_object_get(expect, keys[i]);

		if (j == NULL)
			continue;
		if (!as_number(got->value, &number)) {
			if (got->has_rows)
				return error_set(err, ERR_EXPECT,
				    "expected a number, got %s",
				    got->value != NULL ? got->value : "no value");
			number = (double)got->rows;
		}
		text = as_text(NULL, j);
		if (!as_number(text, &limit)) {
			talloc_free(text);
			return error_set(err, ERR_EXPECT,
			    "\"%s\" is not a number", keys[i]);
		}
		if (i == 0 ? number < limit : number > limit) {
			error_set(err, ERR_EXPECT, "expected at %s %s, got %s",
			    i == 0 ? "least" : "most", text,
			    got->value != NULL ? got->value : "other rows");
			talloc_free(text);
			return -1;
		}
		talloc_free(text);
	}
	return 0;
}

/* The value that a name or a step's id stands for. */
static char *
step_value(const void *owner, const struct attempt *a, const char *name)
{
	const struct window *w = a->host->window;
	const struct step *s;
	char *text = scope_text(owner, a->scope, name);
	size_t i;

	for (i = 0; text == NULL && w != NULL && i < w->phase_count; i++) {
		s = runbook_step(w->phases[i], name);
		if (s != NULL && s->register_name != NULL)
			text = scope_text(owner, a->scope,
			    s->register_name);
	}
	return text;
}

static int
hold_all(struct attempt *a, const json_t *expect, const struct answer *got,
    const void *owner, struct error *err)
{
	const json_t *j;
	const char *name;
	char *text;

	if (hold_rows(expect, got, err) < 0)
		return -1;
	j = json_object_get(expect, "value");
	if (j != NULL && hold_value(expect, as_text(owner, j), "", got,
	    err) < 0)
		return -1;
	name = json_str(expect, "equals_step");
	if (name != NULL) {
		text = step_value(owner, a, name);
		if (text == NULL)
			return error_set(err, ERR_EXPECT,
			    "step \"%s\" has registered no value", name);
		if (hold_value(expect, text, mem_printf(owner,
		    "what \"%s\" gave, ", name), got, err) < 0)
			return -1;
	}
	return hold_range(expect, got, err);
}

int
expect_holds(struct attempt *a, const json_t *expect,
    const struct answer *answer, struct error *err)
{
	void *owner;
	json_t *expanded;
	int rc;

	if (expect == NULL)
		return 0;
	expanded = attempt_expand_json(a, expect, err);
	if (expanded == NULL)
		return -1;
	owner = talloc_new(NULL);
	rc = hold_all(a, expanded, answer, owner, err);
	talloc_free(owner);
	json_decref(expanded);
	return rc;
}

char *
expect_words(const void *owner, const json_t *expect)
{
	struct buffer *b = buffer_new(NULL);
	char *text;
	const char *const *k;

	for (k = known; *k != NULL; k++) {
		const json_t *j = json_object_get(expect, *k);

		if (j == NULL)
			continue;
		text = as_text(b, j);
		buffer_printf(b, "%s%s %s", b->size > 0 ? ", " : "", *k, text);
	}
	text = mem_strdup(owner, b->size > 0 ? b->data : "no error");
	talloc_free(b);
	return text;
}

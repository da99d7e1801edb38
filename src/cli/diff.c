/* cli/diff.c - "pgrunbook diff": schema drift, as a tree, JSON or SQL. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/side.h"
#include "schema/drift.h"
#include "view/changed.h"

#define VALUE_CELLS	72

struct page {
	const void	*owner;
	bool		 coloured;
};

static const char *
paint(const struct page *p, const char *code)
{
	return p->coloured ? code : "";
}

/* The colour is never alone: the letter is there too. */
static const char *
class_colour(char class_)
{
	return class_ == 'B' ? "\033[31m" : class_ == 'A' ? "\033[32m" :
	    "\033[2m";
}

static char *
clean(const struct page *p, const char *text)
{
	return str_printable(p->owner, text, strlen(text), false);
}

static char *
value(const struct page *p, const char *text)
{
	return text == NULL ? mem_strdup(p->owner, "-") :
	    utf8_fit(p->owner, clean(p, text), VALUE_CELLS, false);
}

/* Of a definition that stands alone; beside another, a break may differ. */
static const char *
one_line(const struct page *p, const char *text)
{
	struct buffer *b = buffer_new(p->owner);
	size_t size;

	for (; *text != '\0'; text += size) {
		size = strcspn(text, "\n");
		buffer_add(b, text, size);
		text += size;
		size = strspn(text, "\n ");
		if (size > 0 && b->size > 0)
			buffer_puts(b, " ");
	}
	return b->data;
}

static void
print_list(const struct page *p, const char *name, const char *const *list)
{
	if (*list == NULL)
		return;
	printf("       %-10s", name);
	for (const char *const *text = list; *text != NULL; text++)
		printf("%s%s", text == list ? "" : "; ", clean(p, *text));
	printf("\n");
}

/* Both are there, and one does not fit: the words are marked that differ. */
static bool
is_long(const struct drift_attribute *a)
{
	return a->expected != NULL && a->actual != NULL &&
	    (utf8_width(a->expected) > VALUE_CELLS ||
	    utf8_width(a->actual) > VALUE_CELLS);
}

static void
print_attributes(const struct page *p, const struct drift_item *item)
{
	for (size_t i = 0; i < item->attribute_count; i++) {
		const struct drift_attribute *a = &item->attributes[i];

		printf("         %s: ", clean(p, a->name));
		if (is_long(a))
			printf("[-actual-] {+expected+}\n           %s\n",
			    clean(p, changed_words(p->owner, a->actual,
			    a->expected)));
		else if (item->change == DRIFT_ALTER)
			printf("%s, and is %s\n", value(p, a->expected),
			    value(p, a->actual));
		else
			printf("%s\n", value(p, one_line(p, a->expected != NULL ?
			    a->expected : a->actual)));
	}
}

/* "ShareUpdateExclusiveLock, reads the table, 3 transactions" */
static void
print_costs(const struct drift_item *item)
{
	const struct drift_statement *s = item->statements;
	size_t transactions = 0;

	for (; s->text != NULL; s++)
		transactions = s->transaction + 1;
	if (item->lock == NULL)
		return;
	printf("       %-10s%s%s", "lock", item->lock, item->rewrites ?
	    ", rewrites the table" : item->scans ? ", reads the table" : "");
	if (transactions > 1)
		printf(", %zu transactions", transactions);
	printf("\n");
}

static void
print_item(const struct page *p, const struct drift_item *item)
{
	static const char signs[] = { [DRIFT_ADD] = '+', [DRIFT_DROP] = '-',
		[DRIFT_ALTER] = '~' };

	printf("%s  %c  %c %-12s %s%s\n", paint(p, class_colour(item->class_)),
	    item->class_, signs[item->change], item->kind,
	    clean(p, item->title), paint(p, "\033[0m"));
	print_attributes(p, item);
	print_list(p, "why", item->reasons);
	print_list(p, "data", item->figures);
	print_costs(item);
}

static void
print_left_out(const struct page *p, const struct side *side)
{
	if (side->target != NULL && side->target->note != NULL)
		printf("URL of %s: %s\n", clean(p, side->shown),
		    side->target->note);
	if (side->snapshot->left_out[0] == NULL)
		return;
	printf("left out of %s: ", clean(p, side->shown));
	for (const char **text = side->snapshot->left_out; *text != NULL; text++)
		printf("%s%s", text == side->snapshot->left_out ? "" : ", ",
		    clean(p, *text));
	printf("\n");
}

static void
print_tree(const struct page *p, const struct side *sides,
    const struct drift *d)
{
	printf("expected  %s\nactual    %s\n", clean(p, sides[0].shown),
	    clean(p, sides[1].shown));
	for (size_t i = 0; i < d->count; i++)
		print_item(p, &d->items[i]);
	if (d->count == 0)
		printf("no drift\n");
	else
		printf("A %zu   B %zu   C %zu\n", d->count_a, d->count_b,
		    d->count_c);
	print_left_out(p, &sides[0]);
	print_left_out(p, &sides[1]);
}

/* What is unmanaged stays as it is. */
static void
print_sql(const void *owner, const struct drift *d, bool codify)
{
	enum drift_truth *truths = NEW_ARRAY(owner, enum drift_truth,
	    d->count + 1);
	char **forward, **codified, **texts;

	for (size_t i = 0; i < d->count; i++)
		truths[i] = d->items[i].class_ == 'C' ? TRUTH_OUT_OF_SCOPE :
		    codify ? TRUTH_DATABASE : TRUTH_MIGRATIONS;
	drift_sql(owner, d, truths, &forward, &codified);
	texts = codify ? codified : forward;
	if (!codify && d->form == FORM_SAFE) {
		printf("%s", drift_script(owner, texts));
		return;
	}
	for (char **text = texts; *text != NULL; text++)
		printf("%s%s", text == texts ? "" :
		    "-- commit here: what follows needs it\n", *text);
}

static bool
fails(const struct call *c, const struct drift *d)
{
	const char *classes = c->options.fail_on;

	if (classes == NULL)
		return d->count > 0;
	return (d->count_a > 0 && strchr(classes, 'A') != NULL) ||
	    (d->count_b > 0 && strchr(classes, 'B') != NULL) ||
	    (d->count_c > 0 && strchr(classes, 'C') != NULL);
}

static int
show(struct call *c, struct sides *s, const struct side *sides,
    struct drift *d, struct error *err)
{
	struct page page = { .owner = c,
		.coloured = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL };

	if (c->options.sql || c->options.codify) {
		progress_end(s->progress);
		print_sql(c, d, c->options.codify);
		return 0;
	}
	progress_say(s->progress, "measures what %zu items mean for the data",
	    d->count);
	if (sides[1].session != NULL &&
	    drift_measure(d, sides[1].session, err) < 0)
		return -1;
	progress_end(s->progress);
	if (c->options.json)
		printf("%s\n", json_pretty(c, json_owned(c, drift_to_json(d))));
	else
		print_tree(&page, sides, d);
	return 0;
}

int
cli_diff(struct call *c)
{
	struct side sides[2] = { { .word = c->args[0] },
		{ .word = c->args[1] } };
	const char *classes = c->options.fail_on;
	struct sides *s;
	struct drift *d;
	struct error err;

	error_clear(&err);
	if (classes != NULL && strcmp(classes, "none") != 0 &&
	    !str_matches(classes, "^[ABC]+$"))
		return command_usage(c, "\"%s\" is no list of classes", classes);
	if (c->options.sql + c->options.codify + c->options.json > 1)
		return command_usage(c,
		    "only one of --sql, --codify and --json can be printed");
	s = sides_new(c, c->options.shadow, &err);
	if (s == NULL)
		return command_fail(&err);
	if (sides_load(s, sides, 2, &err) < 0)
		return sides_fail(s, &err);
	progress_say(s->progress, "compares %zu objects with %zu",
	    sides[0].snapshot->count, sides[1].snapshot->count);
	d = drift_compare_as(c, sides[0].snapshot, sides[1].snapshot,
	    (const char *const *)c->options.unmanaged,
	    c->options.plain_sql ? FORM_PLAIN : FORM_SAFE);
	if (show(c, s, sides, d, &err) < 0)
		return sides_fail(s, &err);
	return fails(c, d) ? EXIT_DRIFT : EXIT_DONE;
}

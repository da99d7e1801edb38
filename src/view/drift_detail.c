/*
 * view/drift_detail.c - one drift item: both sides, what it costs, the SQL of
 * each way, and what people have said.
 */

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "view/changed.h"
#include "view/drift.h"
#include "view/words.h"

/* Too long to stand side by side? */
static bool
is_long(const json_t *attribute, int cells)
{
	return utf8_width(json_str_or(attribute, "expected", "")) > cells ||
	    utf8_width(json_str_or(attribute, "actual", "")) > cells;
}

static bool
has_side(const json_t *attributes, const char *side)
{
	size_t i;

	for (i = 0; i < json_array_size(attributes); i++)
		if (json_str(json_array_get(attributes, i), side) != NULL)
			return true;
	return false;
}

/* As wide as the longest name, within bounds. */
static int
first_column(const json_t *attributes, const struct doc *d)
{
	int first = 14, width;
	size_t i;

	for (i = 0; i < json_array_size(attributes); i++) {
		width = 3 + utf8_width(json_str_or(json_array_get(attributes,
		    i), "name", ""));
		first = width > first ? width : first;
	}
	return first > doc_width(d) / 2 ? doc_width(d) / 2 : first;
}

static void
begin_attribute(const json_t *attribute, int first, struct doc *d)
{
	doc_break(d);
	doc_put(d, STYLE_LABEL, "  ");
	doc_put(d, STYLE_LABEL, utf8_fit(d, json_str_or(attribute, "name", ""),
	    first - 3, false));
	doc_column(d, first);
}

/* What one side alone has may be as wide as the place is. */
static void
fill_alone(const json_t *attributes, const char *side, enum style s,
    const char *heading, struct doc *d)
{
	int first = first_column(attributes, d);
	size_t i;

	doc_break(d);
	doc_column(d, first);
	doc_put(d, STYLE_LABEL, heading);
	for (i = 0; i < json_array_size(attributes); i++) {
		const json_t *t = json_array_get(attributes, i);

		begin_attribute(t, first, d);
		doc_flow(d, first, s, json_str_or(t, side, "–"));
	}
}

/*
 * Side by side; what is too long for that as one text, in which what ACTUAL
 * has alone is [-so-], and what EXPECTED has alone {+so+}.
 */
static void
fill_both(const json_t *attributes, struct doc *d)
{
	int first = first_column(attributes, d);
	int half = first + (doc_width(d) - first) / 2, cells = half - first - 1;
	bool has_heading = false;
	size_t i;

	for (i = 0; i < json_array_size(attributes); i++) {
		const json_t *t = json_array_get(attributes, i);
		const char *name = json_str_or(t, "name", "");

		if (is_long(t, cells)) {
			changed_put(d, mem_printf(d, "  %s, [-actual-] "
			    "{+expected+}", name), json_str_or(t, "actual", ""),
			    json_str_or(t, "expected", ""));
			has_heading = false;
			continue;
		}
		if (!has_heading) {
			doc_break(d);
			doc_column(d, first);
			doc_put(d, STYLE_LABEL, "expected");
			doc_column(d, half);
			doc_put(d, STYLE_LABEL, "actual");
			has_heading = true;
		}
		begin_attribute(t, first, d);
		doc_put(d, STYLE_DIFF_ADD, json_str_or(t, "expected", "–"));
		doc_column(d, half);
		doc_put(d, STYLE_DIFF_DROP, json_str_or(t, "actual", "–"));
	}
}

static void
fill_attributes(const json_t *item, struct doc *d)
{
	const json_t *list = json_object_get(item, "attributes");

	if (json_array_size(list) == 0)
		return;
	doc_gap(d);
	if (!has_side(list, "actual"))
		fill_alone(list, "expected", STYLE_DIFF_ADD,
		    "expected, not in the database", d);
	else if (!has_side(list, "expected"))
		fill_alone(list, "actual", STYLE_DIFF_DROP,
		    "in the database, not expected", d);
	else
		fill_both(list, d);
}

static void
fill_comments(struct app *a, const json_t *item, struct doc *d)
{
	const struct run_state *s = a->state;
	size_t i;

	for (i = 0; i < s->note_count; i++)
		if (s->notes[i].item != NULL && str_equal(s->notes[i].item,
		    json_str(item, "id")))
			doc_field_printf(d, "Comment", STYLE_TEXT, "%s (%s)",
			    s->notes[i].text, s->notes[i].principal);
}

/* "ssh SHA256:Qm3x…": how strongly it was said; "" where it is not told. */
static const char *
strength_of(struct app *a, const struct decision_state *d)
{
	const struct sign_state sign = { .strength = d->strength,
	    .key = d->key };

	return d->strength == NULL ? "" : mem_printf(a->frame, " (%s)",
	    sign_strength(a->frame, &sign));
}

/* Everybody's word on it, in their order. */
static void
fill_words(struct app *a, struct drift_view *v, const json_t *item,
    struct doc *d)
{
	const struct step_state *review = drift_review(a, v);
	const struct run_state *s = a->state;
	size_t i;

	for (i = 0; review != NULL && i < s->decision_count; i++) {
		const struct decision_state *w = &s->decisions[i];
		bool is_refusal = str_equal(w->truth, "refused");

		if (!str_equal(w->step, review->id) ||
		    !str_equal(w->item, json_str(item, "id")))
			continue;
		doc_field_printf(d, is_refusal ? "Refused" : w->to != NULL ?
		    "Delegated" : "Decided", is_refusal ? STYLE_FAILED :
		    w->to != NULL ? STYLE_WAITING : STYLE_DONE,
		    "%s%sby %s%s%s%s", is_refusal ? "" : w->to != NULL ?
		    "to " : truth_words(w->truth), is_refusal ? "" :
		    w->to != NULL ? mem_printf(a->frame, "%s, ", w->to) : ", ",
		    w->principal, strength_of(a, w), w->reason != NULL ? ": " :
		    "", w->reason != NULL ? w->reason : "");
	}
}

/* "ShareUpdateExclusiveLock, reads the table, 3 transactions" */
static void
fill_costs(const json_t *item, struct doc *d)
{
	const json_t *list = json_object_get(item, "statements"), *last;
	const char *lock = json_str(item, "lock");
	int64_t transactions;

	if (lock == NULL)
		return;
	last = json_array_get(list, json_array_size(list) - 1);
	transactions = json_int(last, "transaction", 1);
	doc_field_printf(d, "Lock", STYLE_TEXT, transactions > 1 ?
	    "%s%s, %lld transactions" : "%s%s", lock,
	    json_is_true(json_object_get(item, "rewrites")) ?
	    ", rewrites the table" :
	    json_is_true(json_object_get(item, "scans")) ?
	    ", reads the table" : "", (long long)transactions);
}

static bool
has_text(const json_t *list, const char *text)
{
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		if (str_equal(json_string_value(json_array_get(list, i)), text))
			return true;
	return false;
}

/* What must be decided alike, either way round. */
static void
fill_needs(struct app *a, struct drift_view *v, const json_t *item,
    struct doc *d)
{
	const json_t *items = drift_items(a, v), *needs =
	    json_object_get(item, "needs");
	const char *id = json_str_or(item, "id", "");
	enum style s;
	size_t i;

	for (i = 0; i < json_array_size(items); i++) {
		const json_t *other = json_array_get(items, i);
		bool needed = has_text(needs, json_str_or(other, "id", ""));

		if (!needed && !has_text(json_object_get(other, "needs"), id))
			continue;
		doc_field_printf(d, needed ? "Needs" : "Needed by", STYLE_TEXT,
		    "%s (%s)", json_str_or(other, "key", ""),
		    drift_word(a, v, other, &s));
	}
}

void
drift_detail(struct app *a, struct drift_view *v, const json_t *item,
    struct doc *d)
{
	const char *class_ = json_str_or(item, "class", "?");
	const json_t *figures = json_object_get(item, "figures");
	const char *sql = json_str(item, "forward_sql");
	const char *codify = json_str(item, "codify_sql");
	enum style s;
	const char *glyph = drift_glyph(item, &s);
	size_t i;

	doc_break(d);
	doc_printf(d, s, "%s ", glyph);
	doc_put(d, STYLE_TITLE, json_str_or(item, "key",
	    json_str_or(item, "title", "")));
	doc_right(d, style_of_class(class_), mem_printf(a->frame, "class %s",
	    class_));
	fill_attributes(item, d);
	doc_gap(d);
	doc_field(d, "Reasons", STYLE_WARNING, json_words(a->frame,
	    json_object_get(item, "reasons")));
	for (i = 0; i < json_array_size(figures); i++)
		doc_field(d, i == 0 ? "Data" : "", STYLE_TEXT,
		    json_string_value(json_array_get(figures, i)));
	fill_costs(item, d);
	fill_needs(a, v, item, d);
	doc_field(d, "A rename?", STYLE_TEXT, json_str(item, "rename_sql"));
	if (sql != NULL && *sql != '\0') {
		doc_gap(d);
		doc_wrap(d, 0, STYLE_LABEL, "m  the migrations are right: "
		    "this runs on the database");
		doc_sql(d, 2, sql);
	}
	if (codify != NULL && *codify != '\0') {
		doc_gap(d);
		doc_wrap(d, 0, STYLE_LABEL, "b  the database is right: "
		    "this becomes a migration");
		doc_sql(d, 2, codify);
	}
	doc_gap(d);
	fill_words(a, v, item, d);
	fill_comments(a, item, d);
}

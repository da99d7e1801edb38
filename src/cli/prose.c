/* cli/prose.c - a runbook in Markdown, read into a draft. */

#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/prose.h"
#include "cli/prose_front.h"
#include "cli/prose_words.h"

/* Lists in quotes in lists: nobody writes more, and the stack holds this. */
#define DEPTH_MAX	32

struct reader {
	struct draft	*draft;
	struct draft_phase *phase;	/* null before the first */
	struct draft_step *step;	/* the last under this heading; null */
	char		*heading;	/* below the phase's; null */
	char		*lead;		/* a paragraph that what follows may be named by; null */
	struct buffer	*warning;	/* for the next step */
	bool		 is_warned;	/* and the next that runs anything is class B */
	int		 phase_level;
	int		 depth;		/* of blocks in blocks */
};

/* ---- steps ------------------------------------------------------------------------ */

static struct draft_phase *
phase_of(struct reader *r)
{
	if (r->phase == NULL)
		r->phase = draft_phase_add(r->draft, r->draft->title);
	return r->phase;
}

static struct draft_step *
add_step(struct reader *r, enum draft_kind kind, const char *name)
{
	struct draft_step *s = draft_step_add(phase_of(r), kind, name);

	if (r->warning->size > 0) {
		buffer_puts(s->why, r->warning->data);
		buffer_clear(r->warning);
		r->is_warned = true;
	}
	/* A checklist before what is meant does not use the warning up. */
	if (kind == DRAFT_RUN || kind == DRAFT_SQL) {
		s->is_warned = r->is_warned;
		r->is_warned = false;
	}
	r->step = s;
	return s;
}

static void
add_why(struct draft_step *s, const char *text)
{
	buffer_printf(s->why, "%s%s\n", s->why->size > 0 ? "\n" : "", text);
}

/* What the next step may be called. */
static const char *
name_of(struct reader *r)
{
	const char *name = r->lead != NULL ? r->lead : r->heading != NULL ?
	    r->heading : phase_of(r)->title;

	r->lead = NULL;
	return name;
}

/* A lead that nothing followed is prose. */
static void
settle_lead(struct reader *r)
{
	char *lead = r->lead;

	r->lead = NULL;
	if (lead == NULL)
		return;
	if (r->step != NULL)
		add_why(r->step, lead);
	else
		buffer_printf(r->phase != NULL ? r->phase->description :
		    r->draft->description, "%s\n\n", lead);
}

static void
add_code(struct reader *r, cmark_node *n, const char *name)
{
	const char *info = cmark_node_get_fence_info(n);
	const char *code = cmark_node_get_literal(n);
	enum draft_kind kind = prose_kind_of_code(info != NULL ? info : "", code);
	struct draft_step *s = add_step(r, kind, name);

	s->text = kind == DRAFT_RUN ? prose_without_prompts(s, code) :
	    mem_strdup(s, code);
	if (kind == DRAFT_MANUAL)
		s->unplaced = mem_printf(s, "a fence of \"%s\" is neither "
		    "shell nor SQL", info != NULL ? info : "");
}

/* ---- lists -------------------------------------------------------------------------- */

static void read_list(struct reader *r, cmark_node *list);
static void read_block(struct reader *r, cmark_node *n);

/* How many items' own words hold. */
static size_t
count_items(cmark_node *list, bool (*holds)(const char *), size_t *all)
{
	cmark_node *item = cmark_node_first_child(list), *p;
	size_t n = 0;
	char *text;

	*all = 0;
	for (; item != NULL; item = cmark_node_next(item)) {
		p = prose_first_paragraph(item);
		text = p == NULL ? mem_strdup(NULL, "") : prose_words(NULL, p);
		n += holds(text);
		(*all)++;
		talloc_free(text);
	}
	return n;
}

/* What stands in an item behind its first words: fences are steps. */
static void
read_rest(struct reader *r, cmark_node *item)
{
	cmark_node *n = cmark_node_first_child(item);

	if (n != NULL && prose_first_paragraph(item) != NULL)
		n = cmark_node_next(n);
	for (; n != NULL; n = cmark_node_next(n))
		read_block(r, n);
	settle_lead(r);
}

/* One step with the items as what is ticked. */
static void
read_checklist(struct reader *r, cmark_node *list, const char *unplaced)
{
	struct draft_step *s = add_step(r, DRAFT_MANUAL, name_of(r));
	cmark_node *item = cmark_node_first_child(list);
	bool is_plain;

	s->unplaced = unplaced;
	for (; item != NULL; item = cmark_node_next(item)) {
		is_plain = !prose_has_below(item, CMARK_NODE_CODE_BLOCK);
		draft_item_add(s, prose_without_box(prose_words(s, is_plain ||
		    prose_first_paragraph(item) == NULL ? item :
		    prose_first_paragraph(item))));
		if (!is_plain)
			read_rest(r, item);
	}
}

static void
read_decision(struct reader *r, cmark_node *list)
{
	struct draft_step *s = add_step(r, DRAFT_CHOOSE, name_of(r));
	cmark_node *item = cmark_node_first_child(list), *p;

	for (; item != NULL; item = cmark_node_next(item)) {
		p = prose_first_paragraph(item);
		if (p != NULL && prose_has_below(item, CMARK_NODE_CODE_BLOCK)) {
			draft_option_add(s, prose_words(s, p));
			read_rest(r, item);
		} else {
			draft_option_add(s, prose_words(s, item));
		}
	}
}

/* A numbered item: its words are the name, its first fence what is run. */
static void
read_item(struct reader *r, cmark_node *item)
{
	cmark_node *p = prose_first_paragraph(item), *n;
	char *text = p == NULL ? mem_strdup(r, name_of(r)) : prose_words(r, p);
	char *command = p == NULL ? NULL : prose_inline_command(r, p);
	struct draft_step *s;

	n = cmark_node_first_child(item);
	if (p != NULL)
		n = cmark_node_next(n);
	text = mem_strdup(r, prose_without_box(text));
	if (prose_is_warning(text))
		buffer_printf(r->warning, "%s\n", text);
	if (n != NULL && cmark_node_get_type(n) == CMARK_NODE_CODE_BLOCK) {
		add_code(r, n, text);
		n = cmark_node_next(n);
	} else if (command != NULL) {
		s = add_step(r, DRAFT_RUN, text);
		s->text = mem_printf(s, "%s\n", command);
	} else {
		s = add_step(r, DRAFT_MANUAL, text);
		draft_item_add(s, text);
	}
	for (; n != NULL; n = cmark_node_next(n)) {
		r->lead = cmark_node_get_type(n) == CMARK_NODE_CODE_BLOCK &&
		    r->lead == NULL ? text : r->lead;
		read_block(r, n);
	}
	settle_lead(r);
}

static void
read_list(struct reader *r, cmark_node *list)
{
	bool is_numbered = cmark_node_get_list_type(list) ==
	    CMARK_ORDERED_LIST;
	cmark_node *item = cmark_node_first_child(list);
	size_t all, decisions = count_items(list, prose_is_decision, &all);

	if (all > 1 && decisions >= 2 && decisions + 1 >= all) {
		read_decision(r, list);
		return;
	}
	if (count_items(list, prose_is_box, &all) > 0) {
		read_checklist(r, list, NULL);
		return;
	}
	if (!is_numbered && !prose_has_below(list, CMARK_NODE_CODE_BLOCK)) {
		read_checklist(r, list, "a list without numbers");
		return;
	}
	settle_lead(r);
	for (; item != NULL; item = cmark_node_next(item))
		read_item(r, item);
}

/* ---- blocks ---------------------------------------------------------------------------- */

static void
read_heading(struct reader *r, cmark_node *n)
{
	int level = cmark_node_get_heading_level(n);
	char *text = prose_words(r, n);

	settle_lead(r);
	r->step = NULL;
	r->heading = NULL;
	r->is_warned = false;
	if (level < r->phase_level) {
		if (!r->draft->has_title)
			r->draft->title = mem_strdup(r->draft, text);
	}
	else if (level == r->phase_level)
		r->phase = draft_phase_add(r->draft, text);
	else
		r->heading = text;
}

static cmark_node_type
type_after(cmark_node *n)
{
	cmark_node *next = cmark_node_next(n);

	return next == NULL ? CMARK_NODE_NONE : cmark_node_get_type(next);
}

/* Whether what n is about has just been read: n closes an item or the text,
 * or stands below the command of its own item. */
static bool
is_about_last(const struct reader *r, cmark_node *n)
{
	if (r->step == NULL)
		return false;
	return type_after(n) == CMARK_NODE_NONE ||
	    (cmark_node_get_type(cmark_node_parent(n)) == CMARK_NODE_ITEM &&
	    r->step->kind != DRAFT_MANUAL);
}

static void
read_warning(struct reader *r, cmark_node *n, const char *text)
{
	cmark_node_type after = type_after(n);

	if (!is_about_last(r, n)) {
		buffer_printf(r->warning, "%s\n", text);
		return;
	}
	add_why(r->step, text);
	r->step->is_warned = true;
	/* Between two commands of an item it may be about either. */
	if (after == CMARK_NODE_CODE_BLOCK || after == CMARK_NODE_LIST)
		buffer_printf(r->warning, "%s\n", text);
}

static void
read_paragraph(struct reader *r, cmark_node *n)
{
	cmark_node_type type = type_after(n);
	char *text = prose_words(r, n);

	settle_lead(r);
	if (prose_is_warning(text)) {
		read_warning(r, n, text);
		return;
	}
	r->lead = text;
	if (type != CMARK_NODE_CODE_BLOCK && type != CMARK_NODE_LIST)
		settle_lead(r);
}

static void
read_quote(struct reader *r, cmark_node *n)
{
	char *text = prose_words(r, n);

	settle_lead(r);
	if (prose_matches(text, "^\\[!(warning|caution|important|danger)\\]") ||
	    prose_is_warning(text)) {
		read_warning(r, n, text);
		return;
	}
	r->lead = text;
	settle_lead(r);
}

static void
read_html(struct reader *r, cmark_node *n)
{
	const char *html = cmark_node_get_literal(n);
	struct draft_step *s;

	if (prose_matches(html, "^[ \n]*<!--.*-->[ \n]*$"))
		return;
	s = add_step(r, DRAFT_MANUAL, name_of(r));
	s->text = mem_strdup(s, html);
	s->unplaced = "HTML";
}

/* Whole, with its code, for a person to take apart. */
static void
read_too_deep(struct reader *r, cmark_node *n)
{
	struct draft_step *s = add_step(r, DRAFT_MANUAL, name_of(r));

	s->text = prose_words(s, n);
	s->unplaced = "it is nested too deeply";
}

static void
read_block(struct reader *r, cmark_node *n)
{
	if (r->depth >= DEPTH_MAX) {
		read_too_deep(r, n);
		return;
	}
	r->depth++;
	switch (cmark_node_get_type(n)) {
	case CMARK_NODE_HEADING:
		read_heading(r, n);
		break;
	case CMARK_NODE_PARAGRAPH:
		read_paragraph(r, n);
		break;
	case CMARK_NODE_CODE_BLOCK:
		add_code(r, n, name_of(r));
		break;
	case CMARK_NODE_LIST:
		read_list(r, n);
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		if (prose_has_below(n, CMARK_NODE_CODE_BLOCK))
			for (n = cmark_node_first_child(n); n != NULL;
			    n = cmark_node_next(n))
				read_block(r, n);
		else
			read_quote(r, n);
		break;
	case CMARK_NODE_HTML_BLOCK:
		read_html(r, n);
		break;
	default:
		settle_lead(r);
		break;
	}
	r->depth--;
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* One first-level heading is the title, and those below it are phases. */
static int
phase_level(cmark_node *root)
{
	cmark_node *n = cmark_node_first_child(root);
	int counts[8] = { 0 }, level;

	for (; n != NULL; n = cmark_node_next(n))
		if (cmark_node_get_type(n) == CMARK_NODE_HEADING)
			counts[cmark_node_get_heading_level(n)]++;
	for (level = 1; level < 7; level++)
		if (counts[level] > 1 || (level > 1 && counts[level] == 1))
			return level;
	return 2;
}

struct draft *
prose_read(const void *owner, const char *name, const char *text,
    size_t size_bytes)
{
	struct draft *d = draft_new(owner, name);
	struct reader *r = NEW(d, struct reader);
	const char *body = prose_front_read(d, text);
	cmark_node *root = memory_check(cmark_parse_document(body, size_bytes -
	    (size_t)(body - text), CMARK_OPT_DEFAULT)), *n;

	r->draft = d;
	r->warning = buffer_new(r);
	r->phase_level = phase_level(root);
	for (n = cmark_node_first_child(root); n != NULL;
	    n = cmark_node_next(n))
		read_block(r, n);
	settle_lead(r);
	/* A warning at the end is about nothing that follows. */
	if (r->warning->size > 0)
		buffer_printf(phase_of(r)->description, "%s\n",
		    r->warning->data);
	cmark_node_free(root);
	return d;
}

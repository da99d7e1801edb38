/* cli/prose.c - a runbook in Markdown, read into a draft. */

/* Its short names are ours, too. */
#define CMARK_NO_SHORT_NAMES
#include <cmark.h>
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "cli/prose.h"
#include "runbook/node.h"

struct reader {
	struct draft	*draft;
	struct draft_phase *phase;	/* null before the first */
	struct draft_step *step;	/* the last under this heading; null */
	char		*heading;	/* below the phase's; null */
	char		*lead;		/* a paragraph that what follows may be named by; null */
	struct buffer	*warning;	/* for the next step */
	bool		 is_warned;	/* and the next that runs anything is class B */
	int		 phase_level;
};

/* ---- words ------------------------------------------------------------------- */

static bool
matches(const char *text, const char *regex)
{
	char *lower = mem_strdup(NULL, text), *p;
	bool is;

	for (p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	is = str_matches(lower, regex);
	talloc_free(lower);
	return is;
}

static bool
is_warning(const char *text)
{
	return matches(text, "^[^a-z0-9]*(warning|danger|caution|careful|"
	    "attention|important|never |do not |don't |destructive)") ||
	    str_starts(text, "\xe2\x9a\xa0") || str_starts(text, "\xf0\x9f\x9a\xa8");
}

/* "If it failed: restore", "unsure -> roll back" */
static bool
is_decision(const char *text)
{
	return matches(text, "^[^a-z0-9]*(if|when|in case) .*(:|,| then |"
	    "\xe2\x86\x92|->|=>|\xe2\x80\x94| - )") ||
	    matches(text, "^[^a-z0-9]*(otherwise|else|unsure)[ ,:]") ||
	    matches(text, "^.+ *(\xe2\x86\x92|->|=>) *.+");
}

/* Programs whose names in `...` make a sentence a command. */
static bool
is_command(const char *code)
{
	return matches(code, "^(sudo |env |[a-z_]+=[^ ]* )*(npx|npm|pnpm|yarn|"
	    "bunx?|node|prisma|supabase|psql|pg_dump|pg_dumpall|pg_restore|"
	    "createdb|dropdb|vacuumdb|reindexdb|docker|docker-compose|kubectl|"
	    "helm|git|curl|vercel|flyctl|fly|heroku|railway|aws|gcloud|az|make|"
	    "systemctl|pm2|ssh|scp|rsync|tar|gzip|cp|mv|rm|bash|sh|python3?|"
	    "pgrunbook|\\./[^ ]+|scripts/[^ ]+) ");
}

/* ---- text of a block ------------------------------------------------------------- */

static void
put_node(struct buffer *b, cmark_node *n, bool entering, bool is_root)
{
	const char *literal = cmark_node_get_literal(n);

	switch (cmark_node_get_type(n)) {
	case CMARK_NODE_TEXT:
	case CMARK_NODE_HTML_INLINE:
		buffer_puts(b, literal);
		break;
	case CMARK_NODE_CODE:
		buffer_printf(b, "`%s`", literal);
		break;
	case CMARK_NODE_SOFTBREAK:
		buffer_puts(b, " ");
		break;
	case CMARK_NODE_LINEBREAK:
		buffer_puts(b, "\n");
		break;
	case CMARK_NODE_LINK:
	case CMARK_NODE_IMAGE:
		if (!entering && cmark_node_get_url(n)[0] != '\0' &&
		    !str_ends(b->data, cmark_node_get_url(n)))
			buffer_printf(b, " (%s)", cmark_node_get_url(n));
		break;
	case CMARK_NODE_PARAGRAPH:
	case CMARK_NODE_HEADING:
		if (entering && b->size > 0 && !str_ends(b->data, "\n- "))
			buffer_puts(b, "\n");
		break;
	case CMARK_NODE_ITEM:
		if (entering && !is_root)
			buffer_puts(b, "\n- ");
		break;
	case CMARK_NODE_CODE_BLOCK:
	case CMARK_NODE_HTML_BLOCK:
		buffer_printf(b, "\n%s", literal);
		break;
	default:
		break;
	}
}

/* All words below n; code keeps its backticks, links their addresses. */
static char *
words(const void *owner, cmark_node *n)
{
	struct buffer *b = buffer_new(NULL);
	cmark_iter *i = cmark_iter_new(n);
	cmark_event_type e;
	char *text;

	while ((e = cmark_iter_next(i)) != CMARK_EVENT_DONE)
		put_node(b, cmark_iter_get_node(i), e == CMARK_EVENT_ENTER,
		    cmark_iter_get_node(i) == n);
	cmark_iter_free(i);
	text = str_trim(owner, b->data);
	talloc_free(b);
	return text;
}

/* The one `command` of a sentence; null where there is none, or several. */
static char *
inline_command(const void *owner, cmark_node *paragraph)
{
	cmark_node *n = cmark_node_first_child(paragraph);
	const char *found = NULL;

	for (; n != NULL; n = cmark_node_next(n)) {
		if (cmark_node_get_type(n) != CMARK_NODE_CODE)
			continue;
		if (!is_command(cmark_node_get_literal(n)))
			continue;
		if (found != NULL)
			return NULL;
		found = cmark_node_get_literal(n);
	}
	return mem_strdup(owner, found);
}

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

/* "$ command" and what it printed: the output becomes a comment. */
static char *
without_prompts(const void *owner, const char *code)
{
	struct buffer *b = buffer_new(NULL);
	const char *line = code, *end;
	char *text;

	if (!str_starts(code, "$ ") && strstr(code, "\n$ ") == NULL) {
		talloc_free(b);
		return mem_strdup(owner, code);
	}
	for (; *line != '\0'; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		if (str_starts(line, "$ "))
			buffer_printf(b, "%.*s\n", (int)(end - line - 2),
			    line + 2);
		else
			buffer_printf(b, "# %.*s\n", (int)(end - line), line);
	}
	text = mem_strdup(owner, b->data);
	talloc_free(b);
	return text;
}

static enum draft_kind
kind_of_code(const char *info, const char *code)
{
	char *word = mem_strndup(NULL, info, strcspn(info, " \t{"));
	enum draft_kind kind = DRAFT_MANUAL;

	if (matches(word, "^(bash|sh|shell|zsh|console|shell-session|terminal|"
	    "shellsession)$"))
		kind = DRAFT_RUN;
	else if (matches(word, "^(sql|postgres|postgresql|pgsql|psql|plpgsql)$"))
		kind = DRAFT_SQL;
	else if (*word == '\0' && (str_starts(code, "$ ") || is_command(code)))
		kind = DRAFT_RUN;
	else if (*word == '\0' && matches(code, "^[ \n]*(select|insert|update|"
	    "delete|create|alter|drop|with|vacuum|analyze|grant|revoke|begin|"
	    "truncate|reindex|refresh)[ \n]"))
		kind = DRAFT_SQL;
	talloc_free(word);
	return kind;
}

static void
add_code(struct reader *r, cmark_node *n, const char *name)
{
	const char *info = cmark_node_get_fence_info(n);
	const char *code = cmark_node_get_literal(n);
	enum draft_kind kind = kind_of_code(info != NULL ? info : "", code);
	struct draft_step *s = add_step(r, kind, name);

	s->text = kind == DRAFT_RUN ? without_prompts(s, code) :
	    mem_strdup(s, code);
	if (kind == DRAFT_MANUAL)
		s->unplaced = mem_printf(s, "a fence of \"%s\" is neither "
		    "shell nor SQL", info != NULL ? info : "");
}

/* ---- lists -------------------------------------------------------------------------- */

static void read_list(struct reader *r, cmark_node *list);
static void read_block(struct reader *r, cmark_node *n);

static cmark_node *
first_paragraph(cmark_node *item)
{
	cmark_node *n = cmark_node_first_child(item);

	return n != NULL && cmark_node_get_type(n) == CMARK_NODE_PARAGRAPH ?
	    n : NULL;
}

static bool
has_below(cmark_node *n, cmark_node_type type)
{
	cmark_iter *i = cmark_iter_new(n);
	cmark_event_type e;
	bool has = false;

	while ((e = cmark_iter_next(i)) != CMARK_EVENT_DONE)
		has = has || (e == CMARK_EVENT_ENTER &&
		    cmark_node_get_type(cmark_iter_get_node(i)) == type);
	cmark_iter_free(i);
	return has;
}

/* How many items' own words hold. */
static size_t
count_items(cmark_node *list, bool (*holds)(const char *), size_t *all)
{
	cmark_node *item = cmark_node_first_child(list), *p;
	size_t n = 0;
	char *text;

	*all = 0;
	for (; item != NULL; item = cmark_node_next(item)) {
		p = first_paragraph(item);
		text = p == NULL ? mem_strdup(NULL, "") : words(NULL, p);
		n += holds(text);
		(*all)++;
		talloc_free(text);
	}
	return n;
}

static bool
is_box(const char *text)
{
	return matches(text, "^\\[[ x]\\] ");
}

static const char *
without_box(const char *text)
{
	return is_box(text) ? text + 4 : text;
}

/* What stands in an item behind its first words: fences are steps. */
static void
read_rest(struct reader *r, cmark_node *item)
{
	cmark_node *n = cmark_node_first_child(item);

	if (n != NULL && first_paragraph(item) != NULL)
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
		is_plain = !has_below(item, CMARK_NODE_CODE_BLOCK);
		draft_item_add(s, without_box(words(s, is_plain ||
		    first_paragraph(item) == NULL ? item :
		    first_paragraph(item))));
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
		p = first_paragraph(item);
		if (p != NULL && has_below(item, CMARK_NODE_CODE_BLOCK)) {
			draft_option_add(s, words(s, p));
			read_rest(r, item);
		} else {
			draft_option_add(s, words(s, item));
		}
	}
}

/* A numbered item: its words are the name, its first fence what is run. */
static void
read_item(struct reader *r, cmark_node *item)
{
	cmark_node *p = first_paragraph(item), *n;
	char *text = p == NULL ? mem_strdup(r, name_of(r)) : words(r, p);
	char *command = p == NULL ? NULL : inline_command(r, p);
	struct draft_step *s;

	n = cmark_node_first_child(item);
	if (p != NULL)
		n = cmark_node_next(n);
	text = mem_strdup(r, without_box(text));
	if (is_warning(text))
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
	size_t all, decisions = count_items(list, is_decision, &all);

	if (all > 1 && decisions >= 2 && decisions + 1 >= all) {
		read_decision(r, list);
		return;
	}
	if (count_items(list, is_box, &all) > 0) {
		read_checklist(r, list, NULL);
		return;
	}
	if (!is_numbered && !has_below(list, CMARK_NODE_CODE_BLOCK)) {
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
	char *text = words(r, n);

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

static void
read_paragraph(struct reader *r, cmark_node *n)
{
	cmark_node *next = cmark_node_next(n);
	cmark_node_type type = next == NULL ? CMARK_NODE_NONE :
	    cmark_node_get_type(next);
	char *text = words(r, n);

	settle_lead(r);
	if (is_warning(text)) {
		/* After the last step of a list it can only be about that. */
		if (type == CMARK_NODE_NONE && r->step != NULL) {
			add_why(r->step, text);
			r->step->is_warned = true;
		} else {
			buffer_printf(r->warning, "%s\n", text);
		}
		return;
	}
	r->lead = text;
	if (type != CMARK_NODE_CODE_BLOCK && type != CMARK_NODE_LIST)
		settle_lead(r);
}

static void
read_quote(struct reader *r, cmark_node *n)
{
	char *text = words(r, n);

	settle_lead(r);
	if (matches(text, "^\\[!(warning|caution|important|danger)\\]") ||
	    is_warning(text)) {
		buffer_printf(r->warning, "%s\n", text);
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

	if (matches(html, "^[ \n]*<!--.*-->[ \n]*$"))
		return;
	s = add_step(r, DRAFT_MANUAL, name_of(r));
	s->text = mem_strdup(s, html);
	s->unplaced = "HTML";
}

static void
read_block(struct reader *r, cmark_node *n)
{
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
		if (has_below(n, CMARK_NODE_CODE_BLOCK))
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

static void
take_front(struct draft *d, const char *key, const struct node *value)
{
	int64_t us;
	struct error ignored;
	const char *text = value->type == NODE_SCALAR ? value->text : NULL;

	if (text != NULL && str_equal(key, "title")) {
		d->title = mem_strdup(d, text);
		d->has_title = true;
	} else if (text != NULL && str_equal(key, "owner"))
		d->owner = mem_strdup(d, text);
	else if (text != NULL && str_equal(key, "description"))
		buffer_printf(d->description, "%s\n\n", text);
	else if (text != NULL && str_equal(key, "last_exercised") &&
	    str_matches(text, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
		d->last_exercised = mem_strdup(d, text);
	else if (text != NULL && str_equal(key, "next_window") &&
	    clock_parse_rfc3339(text, &us, &ignored) == 0)
		d->next_window = mem_strdup(d, text);
	else if (text != NULL)
		buffer_printf(d->front, "%s: %s\n", key, text);
	else
		buffer_printf(d->front, "%s: %s\n", key, json_stable(d,
		    json_owned(d, node_to_json(value))));
}

/* "---" and YAML, before anything else; where the text begins behind it. */
static const char *
read_front(struct draft *d, const char *text)
{
	const char *end = str_starts(text, "---\n") ?
	    strstr(text + 3, "\n---") : NULL;
	struct lint *l = lint_new(d);
	struct node *map;
	size_t i;

	if (end == NULL)
		return text;
	map = node_parse(d, "front matter", text + 4,
	    end + 1 > text + 4 ? (size_t)(end + 1 - text - 4) : 0, l);
	if (map == NULL || map->type != NODE_MAP) {
		buffer_printf(d->front, "%.*s\n", (int)(end - text - 3),
		    text + 4);
	} else {
		for (i = 0; i < map->count; i++)
			take_front(d, map->keys[i]->text, map->items[i]);
	}
	end += 4;
	return end + strcspn(end, "\n");
}

struct draft *
prose_read(const void *owner, const char *name, const char *text,
    size_t size_bytes)
{
	struct draft *d = draft_new(owner, name);
	struct reader *r = NEW(d, struct reader);
	const char *body = read_front(d, text);
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

/*
 * runbook/node.c - libyaml's events become a tree.
 *
 * What only spoils one node (a tag, a duplicate key) is noted and parsing
 * goes on; what spoils the text ends it.  Each node knows its weight and its
 * height with aliases followed, so that an alias costs what it stands for
 * and neither a bomb nor a depth can hide behind one.
 */

#include <string.h>
#include <yaml.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/str.h"
#include "runbook/node.h"

#define ANCHORS_MAX	1000

struct built {
	struct node	 node;		/* first: a node is its built */
	size_t		 weight;	/* nodes in it, itself included */
	int		 height;	/* levels in it; a scalar: 0 */
	size_t		 room;		/* of keys and items */
};

struct anchor {
	char		*name;
	struct built	*built;		/* null while it is being read */
};

struct parser {
	yaml_parser_t	 yaml;
	const char	*file, *text;
	size_t		 size;
	void		*arena;		/* all nodes */
	struct lint	*lint;
	struct anchor	*anchors;
	size_t		 anchor_count;
	size_t		 total;		/* nodes, aliases followed */
};

static struct lint_place
place_of(const struct parser *p, yaml_mark_t mark)
{
	struct lint_place at = { p->file, (int)mark.line + 1,
	    (int)mark.column + 1 };

	return at;
}

/* Where byte offset stands in text. */
static struct lint_place
place_at_offset(const struct parser *p, size_t offset)
{
	struct lint_place at = { p->file, 1, 1 };
	size_t i;

	for (i = 0; i < offset && i < p->size; i++) {
		if (p->text[i] == '\n') {
			at.line++;
			at.column = 1;
		} else if (((unsigned char)p->text[i] & 0xc0) != 0x80) {
			at.column++;
		}
	}
	return at;
}

/* The byte at a mark, which counts lines and characters. */
static char
byte_at(const struct parser *p, yaml_mark_t mark)
{
	const char *at = p->text, *end = p->text + p->size;
	size_t line, column;

	for (line = 0; line < mark.line && at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline != NULL ? newline + 1 : end;
	}
	for (column = 0; column < mark.column && at < end; column++)
		do
			at++;
		while (at < end && ((unsigned char)*at & 0xc0) == 0x80);
	return at < end ? *at : '\0';
}

static const char *
syntax_hint(const struct parser *p)
{
	const char *problem = p->yaml.problem;

	if (str_equal(problem, "mapping values are not allowed in this context"))
		return "put a value that holds \": \" in quotes";
	if (!str_equal(problem, "found character that cannot start any token"))
		return NULL;
	if (byte_at(p, p->yaml.problem_mark) == '\t')
		return "indent with spaces, not with tabs";
	return "put the value in quotes";
}

static void
tell_syntax(struct parser *p)
{
	const yaml_parser_t *y = &p->yaml;
	struct lint_finding *f;
	const char *hint;

	if (y->error == YAML_MEMORY_ERROR)
		memory_exhausted();
	if (y->error == YAML_READER_ERROR) {
		lint_error(p->lint, place_at_offset(p, y->problem_offset),
		    "not YAML: %s", y->problem);
		return;
	}
	f = lint_error(p->lint, place_of(p, y->problem_mark), "not YAML: %s%s%s",
	    y->context != NULL ? y->context : "",
	    y->context != NULL ? ", " : "", y->problem);
	hint = syntax_hint(p);
	if (hint != NULL)
		lint_hint(p->lint, f, "%s", hint);
	else if (y->context != NULL &&
	    y->context_mark.line != y->problem_mark.line)
		lint_hint(p->lint, f, "that begins in line %zu",
		    y->context_mark.line + 1);
}

static bool
next_event(struct parser *p, yaml_event_t *event)
{
	if (yaml_parser_parse(&p->yaml, event))
		return true;
	tell_syntax(p);
	return false;
}

static struct built *
built_new(struct parser *p, enum node_type type, const yaml_event_t *event)
{
	struct built *b = NEW(p->arena, struct built);

	b->node.type = type;
	b->node.place = place_of(p, event->start_mark);
	b->weight = 1;
	return b;
}

static void
refuse_tag(struct parser *p, const yaml_event_t *event, const yaml_char_t *tag)
{
	struct lint_finding *f;

	if (tag == NULL)
		return;
	f = lint_error(p->lint, place_of(p, event->start_mark),
	    "the tag \"%s\" is not allowed",
	    lint_word(p->lint, (const char *)tag));
	lint_hint(p->lint, f, "write the value without a tag");
}

/* Count weight more nodes.  False: too many. */
static bool
weigh(struct parser *p, const yaml_event_t *event, size_t weight)
{
	p->total += weight;
	if (p->total <= NODE_COUNT_MAX)
		return true;
	lint_error(p->lint, place_of(p, event->start_mark),
	    "more than %d values, aliases followed", NODE_COUNT_MAX);
	return false;
}

static bool
check_depth(struct parser *p, const yaml_event_t *event, int depth)
{
	if (depth <= NODE_DEPTH_MAX)
		return true;
	lint_error(p->lint, place_of(p, event->start_mark),
	    "nested deeper than %d levels", NODE_DEPTH_MAX);
	return false;
}

/* The index of the anchor that begins here, -1 for none, -2: too many. */
static int
anchor_begin(struct parser *p, const yaml_event_t *event,
    const yaml_char_t *name)
{
	if (name == NULL)
		return -1;
	if (p->anchor_count == ANCHORS_MAX) {
		lint_error(p->lint, place_of(p, event->start_mark),
		    "more than %d anchors", ANCHORS_MAX);
		return -2;
	}
	p->anchors[p->anchor_count].name = mem_strdup(p->anchors,
	    (const char *)name);
	p->anchors[p->anchor_count].built = NULL;
	return (int)p->anchor_count++;
}

static struct built *
parse_alias(struct parser *p, const yaml_event_t *event, int depth)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct lint_place at = place_of(p, event->start_mark);
	struct built *b;
	size_t i = p->anchor_count;

	/* The last one of a name holds. */
	while (i > 0 && !str_equal(p->anchors[i - 1].name, name))
		i--;
	if (i == 0) {
		lint_error(p->lint, at, "no anchor \"%s\" before this alias",
		    lint_word(p->lint, name));
		return NULL;
	}
	b = p->anchors[i - 1].built;
	if (b == NULL) {
		lint_error(p->lint, at, "the alias \"%s\" stands inside of what "
		    "it names", lint_word(p->lint, name));
		return NULL;
	}
	if (!weigh(p, event, b->weight) ||
	    !check_depth(p, event, depth + b->height))
		return NULL;
	return b;
}

static struct built *
parse_scalar(struct parser *p, const yaml_event_t *event)
{
	struct built *b = built_new(p, NODE_SCALAR, event);
	const char *value = (const char *)event->data.scalar.value;
	size_t size = event->data.scalar.length;

	if (memchr(value, '\0', size) != NULL)
		lint_error(p->lint, b->node.place, "a NUL character in text");
	b->node.text = mem_strndup(b, value, size);
	b->node.quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return b;
}

static struct built *parse_event(struct parser *p, const yaml_event_t *event,
    int depth);

/* What the next event begins; null: over, *over says whether by its end. */
static struct built *
parse_next(struct parser *p, yaml_event_type_t end, int depth, bool *over)
{
	struct built *b = NULL;
	yaml_event_t event;

	*over = false;
	if (!next_event(p, &event))
		return NULL;
	if (event.type == end)
		*over = true;
	else
		b = parse_event(p, &event, depth);
	yaml_event_delete(&event);
	return b;
}

static void
add_item(struct built *b, struct built *key, struct built *item)
{
	struct node *n = &b->node;

	if (n->count == b->room) {
		b->room = b->room == 0 ? 8 : b->room * 2;
		GROW(b, n->items, struct node *, b->room);
		if (n->type == NODE_MAP)
			GROW(b, n->keys, struct node *, b->room);
	}
	if (key != NULL)
		n->keys[n->count] = &key->node;
	n->items[n->count++] = &item->node;
	b->weight += item->weight + (key != NULL ? 1 : 0);
	if (item->height + 1 > b->height)
		b->height = item->height + 1;
}

static bool
parse_list(struct parser *p, struct built *b, int depth)
{
	for (;;) {
		bool over;
		struct built *item = parse_next(p, YAML_SEQUENCE_END_EVENT,
		    depth + 1, &over);

		if (item == NULL)
			return over;
		add_item(b, NULL, item);
	}
}

/* A key that is new and can be one. */
static bool
check_key(struct parser *p, json_t *lines, const struct node *key)
{
	json_t *before;
	struct lint_finding *f;

	if (key->type != NODE_SCALAR) {
		lint_error(p->lint, key->place, "a key must be plain text");
		return false;
	}
	before = json_object_get(lines, key->text);
	if (before == NULL) {
		json_object_set_new(lines, key->text,
		    json_integer(key->place.line));
		return true;
	}
	f = lint_error(p->lint, key->place, "duplicate key \"%s\"",
	    lint_word(p->lint, key->text));
	lint_hint(p->lint, f, "the first one is in line %d",
	    (int)json_integer_value(before));
	return false;
}

static bool
parse_map(struct parser *p, struct built *b, int depth)
{
	json_t *lines = json_object();
	bool over, ended;

	for (;;) {
		struct built *key, *item;

		key = parse_next(p, YAML_MAPPING_END_EVENT, depth + 1, &over);
		if (key == NULL)
			break;
		item = parse_next(p, YAML_NO_EVENT, depth + 1, &ended);
		if (item == NULL)
			break;
		if (check_key(p, lines, &key->node))
			add_item(b, key, item);
	}
	json_decref(lines);
	return over;
}

static struct built *
parse_event(struct parser *p, const yaml_event_t *event, int depth)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;
	struct built *b;
	int index;

	if (event->type == YAML_ALIAS_EVENT)
		return parse_alias(p, event, depth);
	if (!check_depth(p, event, depth) || !weigh(p, event, 1))
		return NULL;
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		break;
	default:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	}
	refuse_tag(p, event, tag);
	index = anchor_begin(p, event, anchor);
	if (index == -2)
		return NULL;
	if (event->type == YAML_SCALAR_EVENT) {
		b = parse_scalar(p, event);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		b = built_new(p, NODE_LIST, event);
		if (!parse_list(p, b, depth))
			return NULL;
	} else {
		b = built_new(p, NODE_MAP, event);
		if (!parse_map(p, b, depth))
			return NULL;
	}
	if (index >= 0)
		p->anchors[index].built = b;
	return b;
}

/* Stream, document, its one node, and nothing behind it. */
static struct built *
parse_stream(struct parser *p)
{
	struct lint_place top = { p->file, 1, 1 };
	struct built *b = NULL;
	struct lint_finding *f;
	yaml_event_t event;
	bool done = false;

	while (!done) {
		if (!next_event(p, &event))
			return NULL;
		switch (event.type) {
		case YAML_STREAM_START_EVENT:
		case YAML_DOCUMENT_END_EVENT:
			break;
		case YAML_STREAM_END_EVENT:
			if (b == NULL)
				lint_error(p->lint, top, "the file is empty");
			done = true;
			break;
		case YAML_DOCUMENT_START_EVENT:
			if (b == NULL)
				break;
			f = lint_error(p->lint, place_of(p, event.start_mark),
			    "a second document begins here");
			lint_hint(p->lint, f, "a file holds one document");
			b = NULL;
			done = true;
			break;
		default:
			b = parse_event(p, &event, 0);
			done = b == NULL;
			break;
		}
		yaml_event_delete(&event);
	}
	return b;
}

/* The offset of the first byte that is no UTF-8; the size where all is. */
static size_t
first_bad_byte(const struct parser *p)
{
	size_t at = 0, length;

	if (utf8_valid(p->text, p->size))
		return p->size;
	while (at < p->size) {
		for (length = 1; length <= 4 && at + length <= p->size; length++)
			if (utf8_valid(p->text + at, length))
				break;
		if (length > 4 || at + length > p->size)
			break;
		at += length;
	}
	return at;
}

/* What libyaml would not tell well, or would take too long over. */
static bool
check_text(struct parser *p)
{
	size_t bad = first_bad_byte(p), i;

	if (bad < p->size) {
		lint_error(p->lint, place_at_offset(p, bad),
		    "not UTF-8: byte 0x%02x",
		    (unsigned)(unsigned char)p->text[bad]);
		return false;
	}
	for (i = 0; i < p->size; i++)
		if (p->text[i] == '%' && (i == 0 || p->text[i - 1] == '\n')) {
			lint_error(p->lint, place_at_offset(p, i),
			    "a YAML directive is not allowed");
			return false;
		}
	return true;
}

struct node *
node_parse(const void *owner, const char *name, const char *text,
    size_t size_bytes, struct lint *l)
{
	struct parser p = { .text = text, .size = size_bytes, .lint = l };
	struct lint_place top;
	struct built *b = NULL;

	p.arena = memory_check(talloc_new(owner));
	p.file = top.file = mem_strdup(p.arena, name);
	top.line = top.column = 1;
	if (size_bytes > NODE_FILE_MAX) {
		lint_error(l, top, "the file is larger than 1 MiB");
		talloc_free(p.arena);
		return NULL;
	}
	if (size_bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		p.text += 3;
		p.size -= 3;
	}
	if (check_text(&p)) {
		p.anchors = NEW_ARRAY(NULL, struct anchor, ANCHORS_MAX);
		if (!yaml_parser_initialize(&p.yaml))
			memory_exhausted();
		yaml_parser_set_encoding(&p.yaml, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&p.yaml,
		    (const unsigned char *)p.text, p.size);
		b = parse_stream(&p);
		yaml_parser_delete(&p.yaml);
		talloc_free(p.anchors);
	}
	if (b == NULL) {
		talloc_free(p.arena);
		return NULL;
	}
	return &b->node;
}

struct node *
node_load_at(const void *owner, const char *path, struct lint_place at,
    char sha256[65], struct lint *l)
{
	struct error err = { 0 };
	struct node *n;
	char *text;
	size_t size;

	if (file_read(NULL, path, NODE_FILE_MAX, &text, &size, &err) != 0) {
		if (err.code == ERR_TOO_LONG) {
			at.file = path;
			at.line = at.column = 1;
			lint_error(l, at, "the file is larger than 1 MiB");
		} else {
			lint_error(l, at, "%s", err.primary);
		}
		return NULL;
	}
	if (sha256 != NULL)
		sha256_of(text, size, sha256);
	n = node_parse(owner, path, text, size, l);
	talloc_free(text);
	return n;
}

struct node *
node_load(const void *owner, const char *path, struct lint *l)
{
	struct lint_place top = { path, 1, 1 };

	return node_load_at(owner, path, top, NULL, l);
}

const struct node *
node_get(const struct node *map, const char *key)
{
	size_t i;

	if (map == NULL || map->type != NODE_MAP)
		return NULL;
	for (i = 0; i < map->count; i++)
		if (str_equal(map->keys[i]->text, key))
			return map->items[i];
	return NULL;
}

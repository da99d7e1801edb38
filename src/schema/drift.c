/* schema/drift.c - expected against actual: items and their classes. */

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "schema/drift_make.h"
#include "schema/inherit.h"
#include "schema/judge_make.h"

/* ---- which change is part of which item --------------------------------- */

/* Does the part's change say nothing that its parent's does not? */
static bool
is_told_by(const struct schema_change *part, const struct schema_change *parent)
{
	const struct schema_kind *k = schema_kind_find(schema_change_object(parent)->kind);
	unsigned flags = schema_kind_find(schema_change_object(part)->kind)->flags;

	if (parent->from != NULL && parent->to != NULL)
		return ((flags & KIND_MERGES) && k->absorbs != NULL &&
		    k->absorbs(parent->from, parent->to)) ||
		    ((flags & KIND_BEFORE) &&
		    inherit_moves(parent->from, parent->to));
	return (part->from == NULL) == (parent->from == NULL) &&
	    (part->to == NULL) == (parent->to == NULL);
}

/* The change that this one is told with: its own, or that of an ancestor. */
static size_t
root_of(const struct schema_changes *changes, size_t i)
{
	for (;;) {
		const struct schema_change *c = &changes->list[i];
		const struct schema_object *o = schema_change_object(c);
		unsigned flags = schema_kind_find(o->kind)->flags;
		const json_t *place;
		size_t parent;

		if ((c->from != NULL && c->to != NULL &&
		    !(flags & KIND_BEFORE)) || o->parent == NULL ||
		    !(flags & KIND_PART))
			return i;
		place = json_object_get(changes->by_key, o->parent);
		if (place == NULL)
			return i;
		parent = (size_t)json_integer_value(place);
		if (!is_told_by(c, &changes->list[parent]))
			return i;
		i = parent;
	}
}

/* ---- how an item is shown ------------------------------------------------ */

static void
value_add(struct buffer *b, const json_t *value)
{
	const char *name;
	const json_t *element;
	json_t *member;
	size_t i;

	if (json_is_string(value))
		buffer_puts(b, json_string_value(value));
	else if (json_is_boolean(value))
		buffer_puts(b, json_is_true(value) ? "yes" : "no");
	else if (json_is_integer(value))
		buffer_printf(b, "%lld", (long long)json_integer_value(value));
	json_array_foreach(value, i, element) {
		buffer_puts(b, i == 0 ? "" : ", ");
		value_add(b, element);
	}
	if (!json_is_object(value))
		return;
	/* jansson's iterators change nothing. */
	json_object_foreach((json_t *)(uintptr_t)value, name, member) {
		if (b->size > 0 && !str_ends(b->data, ", "))
			buffer_puts(b, " ");
		buffer_printf(b, "%s ", name);
		value_add(b, member);
	}
}

char *
drift_value_text(const void *owner, const json_t *value)
{
	struct buffer *b;
	char *text;

	if (value == NULL || json_is_null(value))
		return NULL;
	b = buffer_new(NULL);
	value_add(b, value);
	text = mem_strdup(owner, b->data);
	talloc_free(b);
	return text;
}

char *
drift_title(const void *owner, const struct schema_object *o)
{
	if (*o->schema == '\0' || strcmp(o->schema, "public") == 0)
		return mem_strdup(owner, o->name);
	return mem_printf(owner, "%s.%s", o->schema, o->name);
}

static void
add_attribute(struct drift *d, struct drift_item *item, const char *name,
    const char *expected, const char *actual)
{
	GROW(d, item->attributes, struct drift_attribute,
	    item->attribute_count + 1);
	item->attributes[item->attribute_count++] =
	    (struct drift_attribute){ name, expected, actual };
}

/* Names of attributes that either has, sorted. */
static const char **
attribute_names(const void *owner, const struct schema_object *a,
    const struct schema_object *b, size_t *count)
{
	size_t room = 0;
	const char **names, *name;
	json_t *value;

	*count = 0;
	room += a != NULL ? json_object_size(object_attributes(a)) : 0;
	room += b != NULL ? json_object_size(object_attributes(b)) : 0;
	names = NEW_ARRAY(owner, const char *, room + 1);
	if (a != NULL)
		json_object_foreach(object_attributes(a), name, value)
			names[(*count)++] = name;
	if (b != NULL)
		json_object_foreach(object_attributes(b), name, value)
			if (a == NULL || object_json(a, name) == NULL)
				names[(*count)++] = name;
	qsort(names, *count, sizeof(*names), str_order);
	return names;
}

/* What differs; all there is where one side is absent. */
static void
fill_attributes(struct drift *d, struct drift_item *item)
{
	const struct schema_object *e = item->expected, *a = item->actual;
	void *scratch = talloc_new(NULL);
	size_t count;
	const char **names = attribute_names(scratch, e, a, &count);

	if (e != NULL && a != NULL && strcmp(e->key, a->key) != 0)
		add_attribute(d, item, "name", e->name, a->name);
	for (size_t i = 0; i < count; i++) {
		if (e != NULL && a != NULL && !object_differs(e, a, names[i]))
			continue;
		add_attribute(d, item, mem_strdup(d, names[i]),
		    e == NULL ? NULL :
		    drift_value_text(d, object_json(e, names[i])),
		    a == NULL ? NULL :
		    drift_value_text(d, object_json(a, names[i])));
	}
	talloc_free(scratch);
}

/* What differs of a part that stays. */
static void
add_part_change(struct drift *d, struct drift_item *item,
    const struct schema_change *c)
{
	const struct schema_object *o = c->to;
	void *scratch = talloc_new(NULL);
	const char *own = strrchr(o->name, '.');
	size_t count;
	const char **names = attribute_names(scratch, o, c->from, &count);

	for (size_t i = 0; i < count; i++)
		if (object_differs(o, c->from, names[i]))
			add_attribute(d, item, mem_printf(d, "%s of %s %s",
			    names[i], o->kind, own + 1),
			    drift_value_text(d, object_json(o, names[i])),
			    drift_value_text(d, object_json(c->from, names[i])));
	talloc_free(scratch);
}

/* A part in one line: a column's type, a key's definition. */
static void
add_part(struct drift *d, struct drift_item *item,
    const struct schema_change *c)
{
	const struct schema_object *o = schema_change_object(c);
	const char *text = object_text(o, "type");
	const char *own = strrchr(o->name, '.');

	if (c->from != NULL && c->to != NULL) {
		add_part_change(d, item, c);
		return;
	}
	if (text == NULL)
		text = object_text(o, "definition");
	text = text == NULL ? "yes" : mem_strdup(d, text);
	add_attribute(d, item, mem_printf(d, "%s %s", o->kind,
	    own == NULL ? o->name : own + 1),
	    c->to != NULL ? text : NULL, c->from != NULL ? text : NULL);
}

/* ---- class and reasons --------------------------------------------------- */

static bool
matches(const struct schema_object *o, const char *const *patterns)
{
	void *scratch = talloc_new(NULL);
	bool hit = false;

	for (; !hit && *patterns != NULL; patterns++)
		hit = str_glob(object_sql(o), *patterns) ||
		    str_glob(o->name, *patterns) ||
		    (strcmp(o->kind, "schema") != 0 && *o->schema != '\0' &&
		    str_glob(o->schema, *patterns));
	talloc_free(scratch);
	return hit;
}

static bool
is_unmanaged(const struct schema_index *actual, const struct schema_object *o,
    const char *const *patterns)
{
	if (patterns == NULL)
		return false;
	for (; o != NULL; o = schema_index_find(actual, o->parent))
		if (matches(o, patterns))
			return true;
	return false;
}

/* Could the one have become the other? */
static bool
looks_alike(const struct drift_item *a, const struct drift_item *b)
{
	const struct schema_object *gone = a->actual, *come = b->expected;
	static const char *const soft[] = { "default", "nullable", NULL };

	if (a->change != DRIFT_DROP || b->change != DRIFT_ADD ||
	    strcmp(a->kind, b->kind) != 0 ||
	    (schema_kind_find(a->kind)->flags & KIND_NAMED) ||
	    !str_equal(gone->parent, come->parent) ||
	    !object_differs_only(gone, come, soft))
		return false;
	/* A table is its parts, and they are among the attributes. */
	if (a->attribute_count != b->attribute_count)
		return false;
	for (size_t i = 0; i < a->attribute_count; i++)
		if (str_starts(a->attributes[i].name, "column ") &&
		    !str_equal(a->attributes[i].name, b->attributes[i].name))
			return false;
	return true;
}

static void
add_reason(struct drift *d, struct drift_item *item, const char *text)
{
	size_t n = 0;

	while (item->reasons[n] != NULL)
		n++;
	GROW(d, item->reasons, const char *, n + 2);
	item->reasons[n] = text;
	item->reasons[n + 1] = NULL;
}

/* Proposed, not assumed: the SQL of both stays a drop and an addition. */
static void
propose_rename(struct drift *d, struct drift_item *gone,
    struct drift_item *come)
{
	const struct schema_kind *k = schema_kind_find(gone->kind);

	add_reason(d, gone, mem_printf(d, "looks like a rename to %s",
	    come->title));
	add_reason(d, come, mem_printf(d, "looks like a rename of %s",
	    gone->title));
	if (k->rename == NULL)
		return;
	gone->rename_sql = k->rename(d, gone->actual, come->expected);
	come->rename_sql = gone->rename_sql;
}

static void
propose_renames(struct drift *d)
{
	for (size_t i = 0; i < d->count; i++) {
		for (size_t k = 0; d->items[i].change == DRIFT_DROP &&
		    k < d->count; k++) {
			struct drift_item *a = &d->items[i], *b = &d->items[k];

			if (looks_alike(a, b))
				propose_rename(d, a, b);
		}
	}
}

/* Framed by BEGIN and COMMIT where it is not just one transaction. */
static char *
script_of(const void *owner, const struct drift_statement *list)
{
	char **texts = plan_texts(NULL, list);
	bool framed = texts[0] != NULL && texts[1] != NULL;
	char *text;

	for (; list->text != NULL; list++)
		framed = framed || str_starts(list->text, "SET LOCAL ");
	text = str_trim(owner, framed ? drift_script(texts, texts) :
	    texts[0] == NULL ? "" : texts[0]);

	talloc_free(texts);
	return text;
}

void
drift_statements_keep(struct drift_statement *list)
{
	for (size_t i = 0; list[i].text != NULL; i++)
		list[i].text = mem_strdup(list, list[i].text);
}

int
drift_each_subject(const struct drift *d, size_t i, drift_visit visit,
    void *arg)
{
	const struct drift_item *item = &d->items[i];
	const struct schema_changes *changes = &d->inner->forward;
	const struct edges *of = changes->by_item;
	int rc = visit(arg, schema_kind_find(item->kind), item->actual,
	    item->expected);

	if (!inherit_moves(item->actual, item->expected))
		return rc;
	for (size_t n = of->start[i]; rc >= 0 && n < of->start[i + 1]; n++) {
		const struct schema_change *c =
		    &changes->list[of->to[n]];
		const struct schema_kind *k =
		    schema_kind_find(schema_change_object(c)->kind);

		if (k->flags & KIND_BEFORE)
			rc = visit(arg, k, c->from, c->to);
	}
	return rc;
}

static int
judge_subject(void *arg, const struct schema_kind *k,
    const struct schema_object *from, const struct schema_object *to)
{
	if (k->judge != NULL)
		k->judge(arg, from, to);
	return 0;
}

static void
judge_item(struct drift *d, size_t i, const char *const *unmanaged)
{
	struct drift_inner *in = d->inner;
	struct drift_item *item = &d->items[i];
	struct judgement j = { .owner = d };
	struct drift_statement *list;
	struct plan *forward, *codify;
	const char **key;

	j.reasons = NEW_ARRAY(d, const char *, 1);
	drift_each_subject(d, i, judge_subject, &j);
	in->wanted[i] = true;
	forward = plan_of_item(NULL, in->actual, in->expected, &in->forward,
	    in->wanted, i, d->form);
	codify = plan_of_item(NULL, in->expected, in->actual, &in->codify,
	    in->wanted, i, FORM_MIGRATION);
	in->wanted[i] = false;
	for (key = plan_casualties(forward); *key != NULL; key++)
		judge_b(&j, "dependency break: %s goes too", *key);
	for (key = plan_rebuilt(forward); *key != NULL; key++)
		judge_note(&j, "%s is dropped and made again", *key);
	list = plan_statements(d, forward);
	drift_statements_keep(list);
	judge_statements(&j, list);
	item->statements = list;
	item->forward_sql = script_of(d, list);
	item->codify_sql = script_of(d, plan_statements(codify, codify));
	talloc_free(forward);
	talloc_free(codify);

	item->class_ = j.is_b ? 'B' : 'A';
	item->reasons = j.reasons;
	item->lock = j.lock;
	item->rewrites = j.rewrites;
	item->scans = j.scans;
	if (item->actual != NULL && is_unmanaged(in->actual, item->actual,
	    unmanaged)) {
		item->class_ = 'C';
		add_reason(d, item, "unmanaged");
	}
}

/* ---- the whole ----------------------------------------------------------- */

static void
take_id(struct drift_item *item)
{
	static const char *const names[] = { "add", "drop", "alter" };
	struct sha256 *h = sha256_new(NULL);
	char hex[SHA256_HEX_SIZE];

	sha256_add(h, item->key, strlen(item->key) + 1);
	sha256_add(h, names[item->change], strlen(names[item->change]) + 1);
	for (size_t i = 0; i < item->attribute_count; i++) {
		const struct drift_attribute *a = &item->attributes[i];
		char *text = mem_printf(h, "%s\n%s\n%s\n", a->name,
		    a->expected == NULL ? "" : a->expected,
		    a->actual == NULL ? "" : a->actual);

		sha256_add(h, text, strlen(text));
	}
	sha256_hex(h, hex);
	memcpy(item->id, hex, sizeof(item->id) - 1);
	item->id[sizeof(item->id) - 1] = '\0';
	talloc_free(h);
}

static void
begin_item(struct drift *d, struct drift_item *item,
    const struct schema_change *c)
{
	const struct schema_object *o = c->to != NULL ? c->to : c->from;

	item->expected = c->to;
	item->actual = c->from;
	item->change = c->from == NULL ? DRIFT_ADD :
	    c->to == NULL ? DRIFT_DROP : DRIFT_ALTER;
	item->kind = o->kind;
	item->key = o->key;
	item->title = drift_title(d, o);
	item->reasons = NEW_ARRAY(d, const char *, 1);
	item->figures = NEW_ARRAY(d, const char *, 1);
	item->needs = NEW_ARRAY(d, const char *, 1);
	fill_attributes(d, item);
}

/* Items from changes: a root is one, and its parts are told with it. */
static void
make_items(struct drift *d)
{
	struct schema_changes *changes = &d->inner->forward;
	size_t *item_of = NEW_ARRAY(d->inner, size_t, changes->count + 1);

	d->items = NEW_ARRAY(d, struct drift_item, changes->count + 1);
	for (size_t i = 0; i < changes->count; i++) {
		if (root_of(changes, i) != i)
			continue;
		item_of[i] = d->count;
		begin_item(d, &d->items[d->count++], &changes->list[i]);
	}
	for (size_t i = 0; i < changes->count; i++) {
		size_t root = root_of(changes, i);

		changes->list[i].item = item_of[root];
		if (root != i)
			add_part(d, &d->items[item_of[root]], &changes->list[i]);
	}
	for (size_t i = 0; i < d->count; i++)
		take_id(&d->items[i]);
	talloc_free(item_of);
}

/* The same changes the other way round. */
static void
mirror(struct drift *d)
{
	const struct schema_changes *forward = &d->inner->forward;
	struct schema_changes *codify = &d->inner->codify;

	codify->count = forward->count;
	codify->list = NEW_ARRAY(d, struct schema_change, forward->count + 1);
	for (size_t i = 0; i < forward->count; i++)
		codify->list[i] = (struct schema_change){
			.from = forward->list[i].to, .to = forward->list[i].from,
			.item = forward->list[i].item };
	drift_changes_index(d, codify);
}

static void
group_changes(struct drift *d)
{
	struct schema_changes *forward = &d->inner->forward;

	drift_changes_group(d, forward, d->count);
	d->inner->codify.by_item = forward->by_item;
}

struct sorted {
	struct drift_item item;
	size_t	was;
};

static int
by_class(const void *a, const void *b)
{
	static const char order[] = "BAC";
	const struct drift_item *x = &((const struct sorted *)a)->item;
	const struct drift_item *y = &((const struct sorted *)b)->item;

	if (x->class_ != y->class_)
		return strchr(order, x->class_) < strchr(order, y->class_) ?
		    -1 : 1;
	return strcmp(x->key, y->key);
}

/* Most pressing first; the changes follow their items. */
static void
sort_items(struct drift *d)
{
	struct sorted *s = NEW_ARRAY(d, struct sorted, d->count + 1);
	size_t *now = NEW_ARRAY(s, size_t, d->count + 1);

	for (size_t i = 0; i < d->count; i++)
		s[i] = (struct sorted){ d->items[i], i };
	qsort(s, d->count, sizeof(*s), by_class);
	for (size_t i = 0; i < d->count; i++) {
		d->items[i] = s[i].item;
		now[s[i].was] = i;
		d->count_a += s[i].item.class_ == 'A';
		d->count_b += s[i].item.class_ == 'B';
		d->count_c += s[i].item.class_ == 'C';
	}
	for (size_t i = 0; i < d->inner->forward.count; i++) {
		struct schema_change *f = &d->inner->forward.list[i];

		f->item = now[f->item];
		d->inner->codify.list[i].item = f->item;
	}
	group_changes(d);
	talloc_free(s);
}

struct drift *
drift_compare(const void *owner, const struct schema_snapshot *expected,
    const struct schema_snapshot *actual, const char *const *unmanaged)
{
	return drift_compare_as(owner, expected, actual, unmanaged, FORM_SAFE);
}

struct drift *
drift_compare_as(const void *owner, const struct schema_snapshot *expected,
    const struct schema_snapshot *actual, const char *const *unmanaged,
    enum drift_form form)
{
	struct drift *d = NEW(owner, struct drift);

	d->form = form;
	d->expected = expected;
	d->actual = actual;
	d->inner = NEW(d, struct drift_inner);
	inherit_unfold(d, &actual, &expected);
	schema_index_both(d, expected, &d->inner->expected, actual,
	    &d->inner->actual);
	drift_pairs(d, expected, actual, &d->inner->forward);
	make_items(d);
	mirror(d);
	group_changes(d);
	drift_needs(d);
	d->inner->wanted = NEW_ARRAY(d, bool, d->count + 1);
	for (size_t i = 0; i < d->count; i++)
		judge_item(d, i, unmanaged);
	propose_renames(d);
	sort_items(d);
	return d;
}

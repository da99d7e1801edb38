/* cli/draft_yaml.c - a draft as YAML, by libyaml's emitter. */

#include <string.h>
#include <yaml.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/draft.h"
#include "postgres/sql.h"

struct out {
	yaml_emitter_t	 emitter;
	struct buffer	*text;
};

static int
collect(void *arg, unsigned char *bytes, size_t size)
{
	buffer_add(arg, (const char *)bytes, size);
	return 1;
}

/* The emitter fails only where memory does. */
static void
emit(struct out *o, yaml_event_t *event)
{
	if (!yaml_emitter_emit(&o->emitter, event))
		memory_exhausted();
}

static struct out *
out_new(const void *owner, const char *comment)
{
	struct out *o = NEW(owner, struct out);
	yaml_event_t e;

	o->text = buffer_new(o);
	buffer_puts(o->text, comment);
	if (!yaml_emitter_initialize(&o->emitter))
		memory_exhausted();
	yaml_emitter_set_output(&o->emitter, collect, o->text);
	yaml_emitter_set_unicode(&o->emitter, 1);
	yaml_emitter_set_width(&o->emitter, 100);
	yaml_stream_start_event_initialize(&e, YAML_UTF8_ENCODING);
	emit(o, &e);
	yaml_document_start_event_initialize(&e, NULL, NULL, NULL, 1);
	emit(o, &e);
	return o;
}

static char *
out_end(const void *owner, struct out *o)
{
	yaml_event_t e;
	char *text;

	yaml_document_end_event_initialize(&e, 1);
	emit(o, &e);
	yaml_stream_end_event_initialize(&e);
	emit(o, &e);
	yaml_emitter_delete(&o->emitter);
	text = mem_strdup(owner, o->text->data);
	talloc_free(o);
	return text;
}

/* Lines as lines; what could be read as something else in quotes. */
static void
scalar(struct out *o, const char *text, bool is_plain)
{
	yaml_scalar_style_t style = strchr(text, '\n') != NULL ?
	    YAML_LITERAL_SCALAR_STYLE : is_plain ? YAML_PLAIN_SCALAR_STYLE :
	    YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	char *copy = mem_strdup(o, text);
	yaml_event_t e;

	if (!yaml_scalar_event_initialize(&e, NULL, NULL,
	    (yaml_char_t *)copy, (int)strlen(copy), 1, 1, style))
		memory_exhausted();
	emit(o, &e);
	talloc_free(copy);
}

static void
map(struct out *o)
{
	yaml_event_t e;

	yaml_mapping_start_event_initialize(&e, NULL, NULL, 1,
	    YAML_BLOCK_MAPPING_STYLE);
	emit(o, &e);
}

static void
map_end(struct out *o)
{
	yaml_event_t e;

	yaml_mapping_end_event_initialize(&e);
	emit(o, &e);
}

static void
list(struct out *o)
{
	yaml_event_t e;

	yaml_sequence_start_event_initialize(&e, NULL, NULL, 1,
	    YAML_BLOCK_SEQUENCE_STYLE);
	emit(o, &e);
}

static void
list_end(struct out *o)
{
	yaml_event_t e;

	yaml_sequence_end_event_initialize(&e);
	emit(o, &e);
}

static void
pair(struct out *o, const char *key, const char *value)
{
	if (value == NULL || *value == '\0')
		return;
	scalar(o, key, true);
	scalar(o, value, false);
}

/* A word that is one of the format's own. */
static void
pair_plain(struct out *o, const char *key, const char *value)
{
	scalar(o, key, true);
	scalar(o, value, true);
}

/* "{{" would be a value's name. */
static char *
prose(struct out *o, const char *text)
{
	struct buffer *b = buffer_new(o);

	for (; *text != '\0'; text++) {
		buffer_add(b, text, 1);
		if (text[0] == '{' && text[1] == '{')
			buffer_puts(b, " ");
	}
	return b->data;
}

static void
put_targets(struct out *o)
{
	scalar(o, "targets", true);
	map(o);
	scalar(o, "database", true);
	map(o);
	pair(o, "url", "env:DATABASE_URL");
	pair_plain(o, "environment", "production");
	map_end(o);
	map_end(o);
	scalar(o, "secrets", true);
	list(o);
	scalar(o, "DATABASE_URL", true);
	list_end(o);
}

/* What SQL wants to be given, by :'name'. */
static void
put_params(struct out *o, const struct draft_phase *p)
{
	struct buffer *seen = buffer_new(o);
	bool has = false;
	char **names, *mark;
	size_t i, k;

	for (i = 0; i < p->count; i++) {
		if (p->steps[i]->kind != DRAFT_SQL)
			continue;
		names = sql_names_in(o, p->steps[i]->text);
		for (k = 0; names[k] != NULL; k++) {
			mark = mem_printf(o, "\n%s\n", names[k]);
			if (strstr(seen->data, mark) != NULL)
				continue;
			buffer_puts(seen, mark);
			if (!has) {
				scalar(o, "params", true);
				map(o);
			}
			has = true;
			scalar(o, names[k], true);
			map(o);
			pair(o, "prompt", names[k]);
			map_end(o);
		}
	}
	if (has)
		map_end(o);
}

static void
put_options(struct out *o, const struct draft_step *s)
{
	size_t i;

	scalar(o, "choose", true);
	map(o);
	scalar(o, "options", true);
	list(o);
	for (i = 0; i < s->option_count; i++) {
		map(o);
		pair(o, "key", s->options[i].key);
		pair(o, "text", prose(o, s->options[i].text));
		map_end(o);
	}
	list_end(o);
	map_end(o);
}

static void
put_items(struct out *o, const struct draft_step *s)
{
	size_t i;

	scalar(o, "manual", true);
	map(o);
	scalar(o, "items", true);
	list(o);
	for (i = 0; i < s->item_count; i++)
		scalar(o, prose(o, s->items[i]), false);
	if (s->text != NULL)
		scalar(o, prose(o, s->text), false);
	if (s->item_count == 0 && s->text == NULL)
		scalar(o, prose(o, s->name), false);
	list_end(o);
	map_end(o);
}

static void
put_step(struct out *o, const struct draft_step *s)
{
	map(o);
	pair_plain(o, "id", s->id);
	pair(o, "name", prose(o, s->name));
	pair(o, "why", prose(o, s->why->data));
	switch (s->kind) {
	case DRAFT_RUN:
		pair(o, "run", s->text);
		break;
	case DRAFT_SQL:
		pair(o, "sql", s->text);
		if (s->no_transaction)
			pair_plain(o, "transaction", "false");
		break;
	case DRAFT_CHOOSE:
		put_options(o, s);
		break;
	case DRAFT_MANUAL:
		put_items(o, s);
		break;
	}
	if (s->class_ != NULL && s->kind != DRAFT_MANUAL &&
	    s->kind != DRAFT_CHOOSE)
		pair_plain(o, "class", s->class_);
	if (str_equal(s->class_, "B") && s->kind != DRAFT_MANUAL)
		pair(o, "rollback", "TODO: how this is undone, and what that loses");
	map_end(o);
}

static char *
comment_of(const void *owner, const struct draft *d)
{
	struct buffer *b = buffer_new(owner);
	const char *line = d->front->data, *end;

	buffer_puts(b, "# A draft, made from prose: read each step before you run it.\n");
	for (; *line != '\0'; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		/* YAML wants no control characters, not even in comments. */
		buffer_printf(b, "# front matter: %s\n", str_printable(b, line,
		    (size_t)(end - line), false));
	}
	return b->data;
}

static void
put_head(struct out *o, const struct draft *d)
{
	pair(o, "owner", d->owner);
	pair(o, "last_exercised", d->last_exercised);
	pair(o, "next_window", d->next_window);
}

char *
draft_runbook_yaml(const void *owner, const struct draft *d,
    const struct draft_phase *p, bool is_alone)
{
	void *scratch = talloc_new(NULL);
	struct out *o = out_new(scratch, is_alone ? comment_of(scratch, d) :
	    "# A draft, made from prose: read each step before you run it.\n");
	char *text;
	size_t i;

	map(o);
	pair_plain(o, "pgrunbook", "1");
	pair_plain(o, "name", is_alone ? d->name : p->name);
	pair(o, "title", prose(o, is_alone ? d->title : p->title));
	if (is_alone)
		put_head(o, d);
	pair(o, "description", str_trim(o, prose(o, mem_printf(o, "%s%s",
	    is_alone ? d->description->data : "", p->description->data))));
	if (is_alone)
		put_targets(o);
	pair_plain(o, "target", "database");
	put_params(o, p);
	scalar(o, "steps", true);
	list(o);
	for (i = 0; i < p->count; i++)
		put_step(o, p->steps[i]);
	list_end(o);
	map_end(o);
	text = out_end(owner, o);
	talloc_free(scratch);
	return text;
}

char *
draft_window_yaml(const void *owner, const struct draft *d)
{
	void *scratch = talloc_new(NULL);
	struct out *o = out_new(scratch, comment_of(scratch, d));
	char *text;
	size_t i;

	map(o);
	pair_plain(o, "pgrunbook", "1");
	pair_plain(o, "window", d->name);
	pair(o, "title", prose(o, d->title));
	put_head(o, d);
	pair(o, "description", str_trim(o, prose(o, d->description->data)));
	scalar(o, "phases", true);
	list(o);
	for (i = 0; i < d->count; i++)
		scalar(o, mem_printf(o, "%s.yaml", d->phases[i]->name), true);
	list_end(o);
	put_targets(o);
	map_end(o);
	text = out_end(owner, o);
	talloc_free(scratch);
	return text;
}

/*
 * tests/fuzz/fuzz_prose.c - any text as a runbook in Markdown.
 *
 * It becomes a draft that passes lint, each phase is YAML, and each line of
 * each fence is in the draft.
 */

#include <ctype.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "cli/prose.h"
#include "cli/prose_words.h"
#include "fuzz/fuzz.h"
#include "runbook/node.h"

/* Letters and digits: what stays whatever is done about quotes, prompts. */
static void
squeeze(struct buffer *b, const char *text)
{
	for (; *text != '\0'; text++)
		if (isalnum((unsigned char)*text))
			buffer_add(b, text, 1);
}

static void
squeeze_step(struct buffer *b, const struct draft_step *s)
{
	size_t i;

	squeeze(b, s->name);
	squeeze(b, s->why->data);
	if (s->text != NULL)
		squeeze(b, s->text);
	for (i = 0; i < s->item_count; i++)
		squeeze(b, s->items[i]);
	for (i = 0; i < s->option_count; i++)
		squeeze(b, s->options[i].text);
}

static void
check_line(const struct buffer *all, const char *line, size_t size)
{
	struct buffer *squeezed = buffer_new(NULL);
	char *text = mem_strndup(squeezed, line, size);

	squeeze(squeezed, text);
	FUZZ_CHECK(strstr(all->data, squeezed->data) != NULL);
	talloc_free(squeezed);
}

static void
check_code(const struct buffer *all, const char *text)
{
	cmark_node *root = cmark_parse_document(text, strlen(text),
	    CMARK_OPT_DEFAULT), *n;
	cmark_iter *i = cmark_iter_new(root);
	cmark_event_type e;
	const char *line;

	while ((e = cmark_iter_next(i)) != CMARK_EVENT_DONE) {
		n = cmark_iter_get_node(i);
		if (e != CMARK_EVENT_ENTER ||
		    cmark_node_get_type(n) != CMARK_NODE_CODE_BLOCK)
			continue;
		line = cmark_node_get_literal(n);
		for (; *line != '\0'; line += strspn(line, "\n")) {
			check_line(all, line, strcspn(line, "\n"));
			line += strcspn(line, "\n");
		}
	}
	cmark_iter_free(i);
	cmark_node_free(root);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	void *scratch = talloc_new(NULL);
	char *text = mem_strndup(scratch, (const char *)bytes, size);
	struct buffer *all = buffer_new(scratch);
	struct error err = { 0 };
	struct draft *d;
	size_t i, k;

	/* As the command does: other bytes never get here. */
	if (strlen(text) == size && utf8_valid(text, size)) {
		d = prose_read(scratch, "input", text, size);
		FUZZ_CHECK(draft_settle(d, &err) == 0);
		for (i = 0; i < d->count; i++) {
			struct lint *l = lint_new(scratch);
			char *yaml = draft_runbook_yaml(scratch, d,
			    d->phases[i], true);

			FUZZ_CHECK(node_parse(scratch, "draft", yaml,
			    strlen(yaml), l) != NULL && l->errors == 0);
			for (k = 0; k < d->phases[i]->count; k++)
				squeeze_step(all, d->phases[i]->steps[k]);
		}
		if (!str_starts(text, "---"))
			check_code(all, text);
	}
	talloc_free(scratch);
	return 0;
}

/* runbook/node_json.c - what plain YAML scalars mean, and nodes as JSON. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "runbook/node.h"

static bool
is_one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (str_equal(text, *words))
			return true;
	return false;
}

bool
node_is_null(const struct node *n)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL",
	    NULL };

	return n->type == NODE_SCALAR && !n->quoted && is_one_of(n->text, nulls);
}

bool
node_bool(const struct node *n, bool *value)
{
	static const char *const trues[] = { "true", "True", "TRUE", "yes",
	    "Yes", "YES", "on", "On", "ON", NULL };
	static const char *const falses[] = { "false", "False", "FALSE", "no",
	    "No", "NO", "off", "Off", "OFF", NULL };

	if (n->type != NODE_SCALAR || n->quoted)
		return false;
	*value = is_one_of(n->text, trues);
	return *value || is_one_of(n->text, falses);
}

/*
 * Decimal and 0x; a leading zero makes it text, for whether "010" is eight
 * or ten is a trap.
 */
bool
node_int(const struct node *n, int64_t *value)
{
	const char *p;
	char *end;
	int base = 10;

	if (n->type != NODE_SCALAR || n->quoted)
		return false;
	p = n->text;
	if (*p == '-' || *p == '+')
		p++;
	if (p[0] == '0' && p[1] == 'x') {
		base = 16;
		p += 2;
	} else if (p[0] == '0' && p[1] != '\0') {
		return false;
	}
	if (*p == '\0' || p[strspn(p, base == 16 ?
	    "0123456789abcdefABCDEF" : "0123456789")] != '\0')
		return false;
	errno = 0;
	*value = strtoll(n->text, &end, base);
	return errno == 0 && *end == '\0';
}

static json_t *
scalar_to_json(const struct node *n)
{
	int64_t number;
	bool flag;

	if (node_is_null(n))
		return json_null();
	if (node_bool(n, &flag))
		return json_boolean(flag);
	if (node_int(n, &number))
		return json_integer(number);
	return json_string(n->text);
}

json_t *
node_to_json(const struct node *n)
{
	json_t *value;
	size_t i;

	switch (n->type) {
	case NODE_SCALAR:
		return scalar_to_json(n);
	case NODE_LIST:
		value = json_array();
		for (i = 0; i < n->count; i++)
			json_array_append_new(value, node_to_json(n->items[i]));
		return value;
	case NODE_MAP:
		value = json_object();
		for (i = 0; i < n->count; i++)
			json_object_set_new(value, n->keys[i]->text,
			    node_to_json(n->items[i]));
		return value;
	}
	return NULL;
}

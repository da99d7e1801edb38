/* tests/runbook/test_node.c - what is no YAML, or too much of it. */

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/str.h"
#include "linting.h"

static void
what_is_no_yaml_is_told_with_its_position(void **state)
{
	static const struct linting_case cases[] = {
		{ "", "x.yaml:1:1: error: the file is empty\n" },
		{ "# only a comment\n", "x.yaml:1:1: error: the file is empty\n" },
		{ "a: [1\nb: 2\n",
		  "x.yaml:2:2: error: not YAML: while parsing a flow sequence, "
		  "did not find expected ',' or ']'\n"
		  "  hint: that begins in line 1\n" },
		{ "title: one: two\n",
		  "x.yaml:1:11: error: not YAML: mapping values are not allowed "
		  "in this context\n"
		  "  hint: put a value that holds \": \" in quotes\n" },
		{ "steps:\n\t- x\n",
		  "x.yaml:2:1: error: not YAML: while scanning for the next "
		  "token, found character that cannot start any token\n"
		  "  hint: indent with spaces, not with tabs\n" },
		{ "title: \xc3\xa9\nowner: @dba\n",
		  "x.yaml:2:8: error: not YAML: while scanning for the next "
		  "token, found character that cannot start any token\n"
		  "  hint: put the value in quotes\n" },
		{ "title: caf\xc3\xa9 \xff\n",
		  "x.yaml:1:13: error: not UTF-8: byte 0xff\n" },
		{ "a: 1\nb: \xc3\n", "x.yaml:2:4: error: not UTF-8: byte 0xc3\n" },
		{ "a: 1\nb: \x01x\n",
		  "x.yaml:2:4: error: not YAML: control characters are not "
		  "allowed\n" },
		{ "pgrunbook: 1\nname: x\nowner: \"x\\0y\"\nsteps: [pause: ]\n",
		  "x.yaml:3:8: error: a NUL character in text\n" },
		{ "%YAML 1.1\n---\na: 1\n",
		  "x.yaml:1:1: error: a YAML directive is not allowed\n" },
		{ "a: 1\n---\nb: 1\n",
		  "x.yaml:2:1: error: a second document begins here\n"
		  "  hint: a file holds one document\n" },
		{ "a: *b\n",
		  "x.yaml:1:4: error: no anchor \"b\" before this alias\n" },
		{ "a: &b [*b]\n",
		  "x.yaml:1:8: error: the alias \"b\" stands inside of what it "
		  "names\n" },
		{ "[a, b]\n",
		  "x.yaml:1:1: error: a runbook must be a map of keys\n" },
		{ "just text\n",
		  "x.yaml:1:1: error: a runbook must be a map of keys\n" },
	};

	linting_check_all(*state, "", cases, COUNT_OF(cases));
}

static void
what_spoils_one_value_does_not_hide_the_rest(void **state)
{
	linting_check(*state,
	    "pgrunbook: 1\n"
	    "name: x\n"
	    "title: !!str a\n"
	    "owner: a\n"
	    "owner: b\n"
	    "[a]: b\n"
	    "steps:\n"
	    "  - pause:\n"
	    "    why: !danger x\n",

	    "x.yaml:3:8: error: the tag \"tag:yaml.org,2002:str\" is not "
	    "allowed\n"
	    "  hint: write the value without a tag\n"
	    "x.yaml:5:1: error: duplicate key \"owner\"\n"
	    "  hint: the first one is in line 4\n"
	    "x.yaml:6:1: error: a key must be plain text\n"
	    "x.yaml:9:10: error: the tag \"!danger\" is not allowed\n"
	    "  hint: write the value without a tag\n");
}

static void
columns_are_characters(void **state)
{
	linting_check(*state,
	    "\xef\xbb\xbfpgrunbook: 1\n"
	    "name: x\n"
	    "steps:\n"
	    "  - {name: \"\xe6\x97\xa5\xe6\x9c\xac\", wyh: x, pause: }\n",

	    "x.yaml:4:18: error: unknown key \"wyh\" in a step\n"
	    "  hint: did you mean \"why\"?\n");
}

static void
escape_sequences_do_not_reach_the_terminal(void **state)
{
	char *told;

	linting_write(*state, "x.yaml",
	    "pgrunbook: 1\nname: x\n\"\\e[31mred\": 1\nsteps: [pause: ]\n");
	told = linting_print(*state, "x.yaml");

	assert_null(strchr(told, '\033'));
	assert_contains(told, "x.yaml:3:1: error: unknown key \"");
}

static char *
repeated(const void *owner, const char *text, size_t times)
{
	struct buffer *b = buffer_new(owner);

	while (times-- > 0)
		buffer_puts(b, text);
	return b->data;
}

static void
a_mebibyte_of_nesting_is_one_message(void **state)
{
	static const char *const openings[] = { "[", "{a: ", "- ", "? ", "[{" };
	static const int columns[] = { 34, 130, 67, 67, 34 };
	size_t i;

	for (i = 0; i < COUNT_OF(openings); i++)
		linting_check(*state, repeated(*state, openings[i],
		    (1 << 20) / strlen(openings[i])),
		    mem_printf(*state, "x.yaml:1:%d: error: nested deeper than "
		    "32 levels\n", columns[i]));
}

static void
a_file_past_a_mebibyte_is_refused(void **state)
{
	linting_check(*state, repeated(*state, "#", (1 << 20) + 1),
	    "x.yaml:1:1: error: the file is larger than 1 MiB\n");
}

static void
an_alias_bomb_is_refused(void **state)
{
	struct buffer *b = buffer_new(*state);
	char c;

	buffer_puts(b, "a: &a [x, x, x, x, x, x, x, x, x, x]\n");
	for (c = 'b'; c <= 'j'; c++)
		buffer_printf(b, "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, "
		    "*%c, *%c, *%c]\n", c, c, c - 1, c - 1, c - 1, c - 1,
		    c - 1, c - 1, c - 1, c - 1, c - 1, c - 1);
	linting_check(*state, b->data,
	    "x.yaml:5:36: error: more than 100000 values, aliases followed\n");
}

static void
depth_cannot_hide_behind_aliases(void **state)
{
	struct buffer *b = buffer_new(*state);
	char c;

	buffer_puts(b, "a: &a [[[[[[[x]]]]]]]\n");
	for (c = 'b'; c <= 'j'; c++)
		buffer_printf(b, "%c: &%c [[[[[[*%c]]]]]]\n", c, c, c - 1);
	linting_check(*state, b->data,
	    "x.yaml:6:13: error: nested deeper than 32 levels\n");
}

static void
anchors_are_counted(void **state)
{
	struct buffer *b = buffer_new(*state);
	int i;

	for (i = 0; i <= 1000; i++)
		buffer_printf(b, "- &a%d x\n", i);
	linting_check(*state, b->data,
	    "x.yaml:1001:3: error: more than 1000 anchors\n");
}

static void
a_wide_map_takes_no_long_time(void **state)
{
	struct buffer *b = buffer_new(*state);
	struct lint *l = lint_new(*state);
	const struct node *n;
	int i;

	for (i = 0; i < 49000; i++)
		buffer_printf(b, "k%d: x\n", i);
	n = node_parse(*state, "x.yaml", b->data, b->size, l);

	assert_non_null(n);
	assert_int_equal(n->count, 49000);
	assert_int_equal(l->count, 0);
}

static void
two_hundred_findings_are_told_and_the_rest_counted(void **state)
{
	struct buffer *b = buffer_new(*state);
	const char *told;
	int i;

	buffer_puts(b, "pgrunbook: 1\nname: x\nsteps: [pause: ]\n");
	for (i = 0; i < 1000; i++)
		buffer_printf(b, "zzz%d: x\n", i);
	linting_write(*state, "x.yaml", b->data);
	told = linting_print(*state, "x.yaml");

	assert_contains(told, "x.yaml:203:1: error: unknown key \"zzz199\"");
	assert_null(strstr(told, "zzz200"));
	assert_true(str_ends(told, "and 800 more findings\n"));
}

static void
a_file_that_cannot_be_read_is_told(void **state)
{
	struct linting *f = *state;

	assert_string_equal(linting_print(f, "none.yaml"),
	    "none.yaml:1:1: error: could not open \"none.yaml\": No such file "
	    "or directory\n");
	mkdir("folder", 0700);
	assert_string_equal(linting_print(f, "folder"),
	    "folder:1:1: error: could not read \"folder\": it is a folder\n");
	linting_write(f, "closed.yaml", "pgrunbook: 1\n");
	chmod("closed.yaml", 0);
	if (geteuid() == 0)
		return;		/* root reads all */
	assert_string_equal(linting_print(f, "closed.yaml"),
	    "closed.yaml:1:1: error: could not open \"closed.yaml\": Permission "
	    "denied\n");
}

static void
scalars_mean_what_yaml_says(void **state)
{
	static const char text[] =
	    "[1, -0, 0x1F, 010, 1.5, true, No, on, ~, null, x, \"1\", 'true', "
	    "2026-10-02, 99999999999999999999, 1_000, {a: [b]}]";
	struct lint *l = lint_new(*state);
	struct node *n = node_parse(*state, "x", text, strlen(text), l);

	assert_non_null(n);
	assert_string_equal(json_stable(*state,
	    json_owned(*state, node_to_json(n))),
	    "[1,0,31,\"010\",\"1.5\",true,false,true,null,null,\"x\",\"1\","
	    "\"true\",\"2026-10-02\",\"99999999999999999999\",\"1_000\","
	    "{\"a\":[\"b\"]}]");
}

static void
an_alias_is_the_same_value_again(void **state)
{
	static const char text[] = "{a: &x {b: 1}, c: *x}";
	struct lint *l = lint_new(*state);
	struct node *n = node_parse(*state, "x", text, strlen(text), l);

	assert_non_null(n);
	assert_ptr_equal(node_get(n, "a"), node_get(n, "c"));
	assert_null(node_get(n, "d"));
	assert_null(node_get(NULL, "d"));
}

static void
findings_are_also_json(void **state)
{
	struct lint *l = lint_new(*state);
	struct lint_place second = { "b.yaml", 2, 1 }, first = { "a.yaml", 9, 4 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	lint_hint(l, lint_error(l, second, "it is \"%s\"", "wrong"), "mend it");
	lint_warning(l, first, "odd");
	lint_print_json(l, out);
	fclose(out);

	assert_string_equal(text,
	    "[\n"
	    "  {\n"
	    "    \"column\": 4,\n"
	    "    \"file\": \"a.yaml\",\n"
	    "    \"line\": 9,\n"
	    "    \"severity\": \"warning\",\n"
	    "    \"text\": \"odd\"\n"
	    "  },\n"
	    "  {\n"
	    "    \"column\": 1,\n"
	    "    \"file\": \"b.yaml\",\n"
	    "    \"hint\": \"mend it\",\n"
	    "    \"line\": 2,\n"
	    "    \"severity\": \"error\",\n"
	    "    \"text\": \"it is \\\"wrong\\\"\"\n"
	    "  }\n"
	    "]\n");
	free(text);
	assert_int_equal(l->errors, 1);
	assert_int_equal(l->count, 2);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		LINTING(what_is_no_yaml_is_told_with_its_position),
		LINTING(what_spoils_one_value_does_not_hide_the_rest),
		LINTING(columns_are_characters),
		LINTING(escape_sequences_do_not_reach_the_terminal),
		LINTING(a_mebibyte_of_nesting_is_one_message),
		LINTING(a_file_past_a_mebibyte_is_refused),
		LINTING(an_alias_bomb_is_refused),
		LINTING(depth_cannot_hide_behind_aliases),
		LINTING(anchors_are_counted),
		LINTING(a_wide_map_takes_no_long_time),
		LINTING(two_hundred_findings_are_told_and_the_rest_counted),
		LINTING(a_file_that_cannot_be_read_is_told),
		LINTING(scalars_mean_what_yaml_says),
		LINTING(an_alias_is_the_same_value_again),
		LINTING(findings_are_also_json),
	};

	return test_main(tests, NULL, NULL);
}

/* tests/runbook/test_lint_step.c - what lint says of steps. */

#include "base/macros.h"
#include "linting.h"

static void
keys_and_kinds_have_nearest_spellings(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {sql: select 1, lock_timout: 2s}\n",
		  "x.yaml:6:21: error: unknown key \"lock_timout\" in a step\n"
		  "  hint: did you mean \"lock_timeout\"?\n" },
		{ "  - {sql: select 1, transacton: true}\n",
		  "x.yaml:6:21: error: unknown key \"transacton\" in a step\n"
		  "  hint: did you mean \"transaction\"?\n" },
		{ "  - {sql: select 1, zzzzzz: 2s}\n",
		  "x.yaml:6:21: error: unknown key \"zzzzzz\" in a step\n" },
		{ "  - backup: {job: 4}\n",
		  "x.yaml:6:14: error: unknown key \"job\" in \"backup\"\n"
		  "  hint: did you mean \"jobs\"?\n" },
		{ "  - backup: {timeout: 4s}\n",
		  "x.yaml:6:14: error: unknown key \"timeout\" in \"backup\"\n"
		  "  hint: it belongs beside \"backup\", into the step\n" },
		{ "  - {bakcup: {jobs: 4}}\n",
		  "x.yaml:6:6: error: unknown kind \"bakcup\"\n"
		  "  hint: did you mean \"backup\"?\n" },
		{ "  - {teleport: {jobs: 4}, why: x}\n",
		  "x.yaml:6:6: error: unknown kind \"teleport\"\n" },
		{ "  - {nmae: x, pause: }\n",
		  "x.yaml:6:6: error: unknown key \"nmae\" in a step\n"
		  "  hint: did you mean \"name\"?\n" },
		{ "  - {nmae: x}\n",
		  "x.yaml:6:5: error: a step needs a kind, as \"sql\" or \"run\"\n"
		  "x.yaml:6:6: error: unknown key \"nmae\" in a step\n"
		  "  hint: did you mean \"name\"?\n" },
		{ "  - name: x\n",
		  "x.yaml:6:5: error: a step needs a kind, as \"sql\" or \"run\"\n" },
		{ "  - {sql: select 1, run: 'true'}\n",
		  "x.yaml:6:21: error: a step has one kind, this one has \"sql\" "
		  "and \"run\"\n" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
a_kind_may_have_a_key_that_is_a_kind(void **state)
{
	linting_check(*state, HEAD
	    "  - {restore: {}, backup: x}\n"
	    "  - {backup: x, restore: }\n"
	    "  - restore: {backup: x}\n", "");
}

static void
a_steps_shape_is_checked(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - just text\n",
		  "x.yaml:6:5: error: a step must be a map, not text\n" },
		{ "  - [a]\n",
		  "x.yaml:6:5: error: a step must be a map, not a list\n" },
		{ "  -\n",
		  "x.yaml:6:4: error: a step must be a map, not nothing\n" },
		{ "  - {backup: {jobs: 2}, jobs: 3}\n",
		  "x.yaml:6:25: error: \"jobs\" is given twice, in \"backup\" "
		  "and beside it\n" },
		{ "  - restore: {}\n",
		  "x.yaml:6:5: error: \"restore\" needs \"backup\"\n" },
		{ "  - sql:\n", "x.yaml:6:9: error: \"sql\" has no value\n" },
		{ "  - backup: 3\n",
		  "x.yaml:6:13: error: \"backup\" must be a map, not text\n" },
		{ "  - backup: [3]\n",
		  "x.yaml:6:13: error: \"backup\" must be a map, not a list\n" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
values_have_types_and_limits(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {pause: , name: [a]}\n",
		  "x.yaml:6:21: error: \"name\" must be text, not a list\n" },
		{ "  - {pause: , name: {a: b}}\n",
		  "x.yaml:6:21: error: \"name\" must be text, not a map\n" },
		{ "  - {pause: , name: }\n",
		  "x.yaml:6:21: error: \"name\" has no value\n" },
		{ "  - {sql: select 1, transaction: maybe}\n",
		  "x.yaml:6:34: error: \"transaction\" must be true or false, "
		  "not \"maybe\"\n" },
		{ "  - {sql: select 1, transaction: 'true'}\n",
		  "x.yaml:6:34: error: \"transaction\" must be true or false, "
		  "not \"true\"\n" },
		{ "  - {sql: select 1, transaction: [a]}\n",
		  "x.yaml:6:34: error: \"transaction\" must be true or false, "
		  "not a list\n" },
		{ "  - backup: {jobs: many}\n",
		  "x.yaml:6:20: error: \"jobs\" must be a whole number, not "
		  "\"many\"\n" },
		{ "  - backup: {jobs: {}}\n",
		  "x.yaml:6:20: error: \"jobs\" must be a whole number, not a "
		  "map\n" },
		{ "  - backup: {jobs: 65}\n",
		  "x.yaml:6:20: error: \"jobs\" must be between 1 and 64, not "
		  "65\n" },
		{ "  - {pause: , timeout: 5}\n",
		  "x.yaml:6:24: error: \"timeout\" must be a duration, not "
		  "\"5\"\n"
		  "  hint: as in \"90s\", \"5m\" or \"1h30m\"\n" },
		{ "  - {pause: , timeout: []}\n",
		  "x.yaml:6:24: error: \"timeout\" must be a duration, not a "
		  "list\n" },
		{ "  - restore: {backup: x, pause: 2m}\n",
		  "x.yaml:6:33: error: \"pause\" must be between 0.00s and "
		  "1:00\n" },
		{ "  - restore: {backup: x, tables: {a: b}}\n",
		  "x.yaml:6:34: error: \"tables\" must be a list, not a map\n" },
		{ "  - restore: {backup: x, tables: [a, [b]]}\n",
		  "x.yaml:6:38: error: \"tables\" must be a list of texts, but "
		  "this is a list\n" },
		{ "  - restore: {backup: x, tables: [~]}\n",
		  "x.yaml:6:35: error: \"tables\" must be a list of texts, but "
		  "this is nothing\n" },
		{ "  - {run: 'true', env: A=1}\n",
		  "x.yaml:6:24: error: \"env\" must be a map, not text\n" },
		{ "  - backup: {format: direktory}\n",
		  "x.yaml:6:22: error: \"format\" must be one of custom, "
		  "directory, not \"direktory\"\n"
		  "  hint: did you mean \"directory\"?\n" },
		{ "  - backup: {format: [custom]}\n",
		  "x.yaml:6:22: error: \"format\" must be one word, not a "
		  "list\n" },
		{ "  - {pause: , class: C}\n",
		  "x.yaml:6:22: error: \"class\" must be one of R, A, B, not "
		  "\"C\"\n"
		  "  hint: did you mean \"R\"?\n" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
ids_are_unique_and_plain(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {id: a, pause: }\n  - {id: a, pause: }\n",
		  "x.yaml:7:10: error: id \"a\" is already taken\n"
		  "  hint: by the step in line 6\n" },
		{ "  - {id: a.b, pause: }\n",
		  "x.yaml:6:10: error: \"a.b\" is not an id\n"
		  "  hint: use letters, digits, \"-\" and \"_\"\n" },
		{ "  - {id: -a, pause: }\n",
		  "x.yaml:6:10: error: \"-a\" is not an id\n"
		  "  hint: use letters, digits, \"-\" and \"_\"\n" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
on_failure_leads_somewhere(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {pause: , on_failure: stopp}\n",
		  "x.yaml:6:27: error: \"on_failure\" must be one of ask, stop, "
		  "continue, rollback, goto:ID, not \"stopp\"\n"
		  "  hint: did you mean \"stop\"?\n" },
		{ "  - {pause: , on_failure: 'goto:ned'}\n  - {id: end, pause: }\n",
		  "x.yaml:6:27: error: no step \"ned\" in this runbook\n"
		  "  hint: did you mean \"end\"?\n" },
		{ "  - {pause: , on_failure: 'goto:end'}\n  - {id: end, pause: }\n",
		  "" },
		{ "  - {pause: , on_failure: rollback}\n",
		  "x.yaml:6:27: warning: no rollback runbook is named here\n"
		  "  hint: name it with \"rollback\"\n" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
a_class_is_not_below_what_the_content_deserves(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {sql: drop table t, class: A}\n",
		  "x.yaml:6:32: error: declared class A, but this is class B: "
		  "drops a table with its data\n"
		  "  hint: write \"class: B\", or leave it out\n" },
		{ "  - {sql: drop table t, class: B}\n", "" },
		{ "  - {sql: drop table t}\n", "" },
		{ "  - {sql: select 1, class: B}\n", "" },
		{ "  - {pause: , class: R}\n", "" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
a_kind_says_what_its_table_cannot(void **state)
{
	linting_check(*state, HEAD
	    "  - {sql: tough luck, class: A}\n",
	    "x.yaml:6:5: error: the kind itself objects\n");
}

static void
verify_only_reads(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {pause: , verify: select 1}\n", "" },
		{ "  - {pause: , verify: {query: \"select :'ticket'\", expect: "
		  "{rows: 1}}}\n", "" },
		{ "  - {pause: , verify: {expect: {rows: 1}}}\n",
		  "x.yaml:6:23: error: a verify needs \"query\"\n" },
		{ "  - {pause: , verify: {query: select 1, expct: 1}}\n",
		  "x.yaml:6:41: error: unknown key \"expct\" in a verify\n"
		  "  hint: did you mean \"expect\"?\n" },
		{ "  - {pause: , verify: {query: drop table t}}\n",
		  "x.yaml:6:31: error: \"verify\" must only read: drops a table "
		  "with its data\n" },
		{ "  - {pause: , verify: \"select :'tikket'\"}\n",
		  "x.yaml:6:23: error: undefined name \"tikket\"\n"
		  "  hint: did you mean \"ticket\"?\n" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
approvals_and_retries_are_checked(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {pause: , approval: {from: ana@example.com, min: 0}}\n",
		  "x.yaml:6:54: error: \"min\" must be between 1 and 100, not "
		  "0\n" },
		{ "  - {pause: , approval: {form: ana@example.com}}\n",
		  "x.yaml:6:26: error: unknown key \"form\" in an approval\n"
		  "  hint: did you mean \"from\"?\n" },
		{ "  - {pause: , approval: reviewer}\n",
		  "x.yaml:6:25: warning: role \"reviewer\" is not defined here\n"
		  "  hint: the window says who has it; alone, the runbook needs "
		  "\"roles\"\n" },
		{ "  - {pause: , approval: [ana@example.com]}\n", "" },
		{ "  - {pause: , retry: {limit: -1}}\n",
		  "x.yaml:6:30: error: \"limit\" must be between 0 and 1000, not "
		  "-1\n" },
		{ "  - {pause: , retry: {limit: 3, on: all}}\n",
		  "x.yaml:6:37: error: \"on\" must be one of lock_timeout, any, "
		  "not \"all\"\n"
		  "  hint: did you mean \"any\"?\n" },
		{ "  - {pause: , retry: {count: 3}}\n",
		  "x.yaml:6:23: error: unknown key \"count\" in a retry\n" },
		{ "  - {pause: , retry: 3}\n", "" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
names_are_defined_before_they_are_used(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {pause: , name: \"for {{ tikket }}\"}\n",
		  "x.yaml:6:21: error: undefined name \"tikket\"\n"
		  "  hint: did you mean \"ticket\"?\n" },
		{ "  - {pause: , name: \"{{somebody}}\"}\n",
		  "x.yaml:6:21: error: undefined name \"somebody\"\n"
		  "  hint: let an earlier step \"register\" it, or declare it in "
		  "\"params\"\n" },
		{ "  - {pause: , why: \"{{ticket\"}\n",
		  "x.yaml:6:20: error: \"{{\" without \"}}\"\n" },
		{ "  - {pause: , why: \"{{1 + 1}}\"}\n",
		  "x.yaml:6:20: error: \"{{1 + 1}}\" is not a name\n" },
		{ "  - {sql: \"select :'count', :\\\"tikket\\\"\"}\n",
		  "x.yaml:6:11: error: undefined name \"count\"\n"
		  "  hint: let an earlier step \"register\" it, or declare it in "
		  "\"params\"\n"
		  "x.yaml:6:11: error: undefined name \"tikket\"\n"
		  "  hint: did you mean \"ticket\"?\n" },
		/* Only what comes after a step has its result. */
		{ "  - {backup: , into: \"{{dump.file}}\", register: dump}\n",
		  "x.yaml:6:22: error: undefined name \"dump\"\n"
		  "  hint: let an earlier step \"register\" it, or declare it in "
		  "\"params\"\n" },
		{ "  - {backup: , register: dump}\n"
		  "  - {restore: , backup: \"{{dump.file}}\"}\n"
		  "  - {restore: {backup: \"{{dunp}}\"}}\n",
		  "x.yaml:8:24: error: undefined name \"dunp\"\n"
		  "  hint: did you mean \"dump\"?\n" },
		/* What runs after the step may use it. */
		{ "  - {backup: , register: dump, attach: [\"{{dump.file}}\"], "
		  "rollback: \"drop {{dump.file}}\"}\n", "" },
		{ "  - {pause: , register: Dump}\n",
		  "x.yaml:6:25: error: \"Dump\" is not a name for a value\n"
		  "  hint: use a-z, 0-9 and \"_\", and begin with a letter\n" },
		{ "  - {run: x, env: {A: {b: \"{{tickt}}\"}}}\n",
		  "x.yaml:6:27: error: undefined name \"tickt\"\n"
		  "  hint: did you mean \"ticket\"?\n" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
braces_where_nobody_replaces_them_are_a_warning(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {sql: \"select '{{ticket}}'\"}\n",
		  "x.yaml:6:11: warning: \"{{ticket}}\" is not replaced here\n"
		  "  hint: in SQL it is :'ticket' as a value, :\"ticket\" as a "
		  "name\n" },
		{ "  - {run: \"echo {{ticket}}\"}\n",
		  "x.yaml:6:11: warning: \"{{ticket}}\" is not replaced here\n"
		  "  hint: a command has it as $ticket\n" },
		/* Not ours. */
		{ "  - {run: \"docker ps --format '{{.Names}}'\"}\n", "" },
		{ "  - {sql: \"select '{{1,2},{3,4}}'::int[]\"}\n", "" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
conditions_are_checked(void **state)
{
	static const struct linting_case cases[] = {
		{ "  - {pause: , when: ticket == CHG-1}\n", "" },
		{ "  - {pause: , when: tikket == CHG-1}\n",
		  "x.yaml:6:21: error: undefined name \"tikket\"\n"
		  "  hint: did you mean \"ticket\"?\n" },
		{ "  - {pause: , when: ticket = 1}\n",
		  "x.yaml:6:21: error: \"ticket = 1\" is not a condition\n"
		  "  hint: write \"name\", \"not name\", \"name == text\", "
		  "\"name != text\" or \"name in a, b\"\n" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
an_include_takes_only_what_it_can_pass_on(void **state)
{
	linting_write(*state, "part.yaml", "pgrunbook: 1\nname: part\n"
	    "params: {to: {pattern: '^[a-z]+$'}, size: 3}\n"
	    "steps:\n  - {pause: , name: \"{{to}} {{size}}\"}\n");
	static const struct linting_case cases[] = {
		{ "  - {include: part.yaml, with: {to: a}}\n", "" },
		{ "  - {include: part.yaml, with: {to: \"{{ticket}}\"}}\n", "" },
		{ "  - {include: part.yaml, with: {to: a}, timeout: 5s}\n",
		  "x.yaml:6:41: error: \"timeout\" does nothing on an include\n" },
		{ "  - include: part.yaml\n",
		  "x.yaml:6:14: error: part.yaml needs a value for \"to\"\n"
		  "  hint: give it under \"with\"\n" },
		{ "  - {include: part.yaml, with: {to: a, sizze: 4}}\n",
		  "x.yaml:6:40: error: \"sizze\" is no param of part.yaml\n"
		  "  hint: did you mean \"size\"?\n" },
		{ "  - {include: part.yaml, with: {to: 1}}\n",
		  "x.yaml:6:37: error: \"to\" is not accepted: it must match "
		  "^[a-z]+$\n" },
		{ "  - {include: part.yaml, with: {to: [a]}}\n",
		  "x.yaml:6:37: error: \"to\" must be text\n" },
		{ "  - {include: part.yaml, with: {to: \"{{tikket}}\"}}\n",
		  "x.yaml:6:37: error: undefined name \"tikket\"\n"
		  "  hint: did you mean \"ticket\"?\n" },
		{ "  - include: prat.yaml\n",
		  "x.yaml:6:14: error: could not open \"prat.yaml\": No such "
		  "file or directory\n" },
		{ "  - include:\n",
		  "x.yaml:6:13: error: \"include\" has no value\n" },
		{ "  - {include: part.yaml, with: {to: a}}\n"
		  "  - {pause: , name: \"{{to}}\"}\n",
		  "x.yaml:7:21: error: undefined name \"to\"\n"
		  "  hint: let an earlier step \"register\" it, or declare it in "
		  "\"params\"\n" },
	};

	linting_check_all(*state, HEAD, cases, COUNT_OF(cases));
}

static void
an_include_loop_is_told_with_its_chain(void **state)
{
	linting_write(*state, "b.yaml", "pgrunbook: 1\nname: b\nsteps:\n"
	    "  - include: ./sub/../c.yaml\n");
	linting_write(*state, "sub/none", "");
	linting_write(*state, "c.yaml", "pgrunbook: 1\nname: c\nsteps:\n"
	    "  - include: x.yaml\n");
	linting_check(*state, HEAD "  - include: b.yaml\n",
	    "./sub/../c.yaml:4:14: error: include loop: x.yaml -> b.yaml -> "
	    "c.yaml -> x.yaml\n");
	linting_check(*state, HEAD "  - include: x.yaml\n",
	    "x.yaml:6:14: error: include loop: x.yaml -> x.yaml\n");
}

static void
includes_are_not_nested_for_ever(void **state)
{
	char name[] = "0.yaml";
	char text[] = "pgrunbook: 1\nname: n\nsteps:\n  - include: 1.yaml\n";

	for (; name[0] < '9'; name[0]++) {
		text[sizeof(text) - 8] = (char)(name[0] + 1);
		linting_write(*state, name, text);
	}
	linting_check(*state, HEAD "  - include: 0.yaml\n",
	    "7.yaml:4:14: error: includes nested deeper than 8: x.yaml -> "
	    "0.yaml -> 1.yaml -> 2.yaml -> 3.yaml -> 4.yaml -> 5.yaml -> 6.yaml "
	    "-> 7.yaml -> 8.yaml\n");
}

static void
an_include_bomb_is_refused(void **state)
{
	static const char hundred[] = "  - include: %s\n";
	char text[4096], *p = text;
	int i;

	linting_write(*state, "leaf.yaml", "pgrunbook: 1\nname: leaf\nsteps:\n"
	    "  - pause:\n");
	p += sprintf(p, "pgrunbook: 1\nname: n\nsteps:\n");
	for (i = 0; i < 100; i++)
		p += sprintf(p, hundred, "leaf.yaml");
	linting_write(*state, "mid.yaml", text);
	p = text + sprintf(text, HEAD);
	for (i = 0; i < 100; i++)
		p += sprintf(p, hundred, "mid.yaml");

	assert_non_null(text);
	linting_write(*state, "x.yaml", text);
	assert_contains(linting_print(*state, "x.yaml"),
	    "error: more than 1000 includes\n");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		LINTING(keys_and_kinds_have_nearest_spellings),
		LINTING(a_kind_may_have_a_key_that_is_a_kind),
		LINTING(a_steps_shape_is_checked),
		LINTING(values_have_types_and_limits),
		LINTING(ids_are_unique_and_plain),
		LINTING(on_failure_leads_somewhere),
		LINTING(a_class_is_not_below_what_the_content_deserves),
		LINTING(a_kind_says_what_its_table_cannot),
		LINTING(verify_only_reads),
		LINTING(approvals_and_retries_are_checked),
		LINTING(names_are_defined_before_they_are_used),
		LINTING(braces_where_nobody_replaces_them_are_a_warning),
		LINTING(conditions_are_checked),
		LINTING(an_include_takes_only_what_it_can_pass_on),
		LINTING(an_include_loop_is_told_with_its_chain),
		LINTING(includes_are_not_nested_for_ever),
		LINTING(an_include_bomb_is_refused),
	};

	return test_main(tests, NULL, NULL);
}

/*
 * tests/cli/test_import.c - "pgrunbook import": runbooks in prose become
 * drafts that pass lint, and no command of them is lost.
 */

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "cli/program.h"
#include "runbook/node.h"

/* All that the draft's files say, as they are written. */
static char *
all_of(const void *owner, const char *folder)
{
	struct buffer *b = buffer_new(owner);
	char **names;
	size_t count, i;
	struct error err;

	assert_ok(folder_list(owner, folder, &names, &count, &err), &err);
	for (i = 0; i < count; i++)
		buffer_printf(b, "%s\n", slurp(owner, path_join(owner, folder,
		    names[i])));
	return b->data;
}

static void
put_values(struct buffer *b, const struct node *n)
{
	size_t i;

	if (n->type == NODE_SCALAR)
		buffer_printf(b, "%s\n", n->text);
	for (i = 0; n->type != NODE_SCALAR && i < n->count; i++)
		put_values(b, n->items[i]);
}

/* The values of the draft's files, as a run would read them. */
static char *
values_of(const void *owner, const char *folder)
{
	struct buffer *b = buffer_new(owner);
	struct lint *l = lint_new(owner);
	char **names;
	size_t count, i;
	struct node *n;
	struct error err;

	assert_ok(folder_list(owner, folder, &names, &count, &err), &err);
	for (i = 0; i < count; i++) {
		n = node_load(owner, path_join(owner, folder, names[i]), l);
		assert_non_null(n);
		put_values(b, n);
	}
	return b->data;
}

/* What import says it does to a line, and nothing else. */
static char *
as_imported(const void *owner, const char *line)
{
	static const char *const changes[][2] = {
		{ "hunter22", "***" }, { "user:pass@", "user:***@" },
		{ "{{", "{ {" },
	};
	char *text = str_trim(owner, line), *at;
	size_t i;

	if (str_starts(text, "$ "))
		text += 2;
	for (i = 0; i < COUNT_OF(changes); i++) {
		at = strstr(text, changes[i][0]);
		if (at != NULL)
			text = mem_printf(owner, "%.*s%s%s", (int)(at - text),
			    text, changes[i][1], at + strlen(changes[i][0]));
	}
	return text;
}

/* Lines of fences and of indented code; each must be in the draft. */
static size_t
count_commands(const char *name, const char *prose, const char *draft)
{
	void *owner = talloc_new(NULL);
	const char *line = prose, *end;
	bool fenced = false;
	size_t found = 0;

	for (; *line != '\0'; line = end + (*end == '\n')) {
		char *text;

		end = line + strcspn(line, "\n");
		text = str_trim(owner, mem_strndup(owner, line,
		    (size_t)(end - line)));
		if (str_starts(text, "```")) {
			fenced = !fenced;
			continue;
		}
		if ((!fenced && !str_starts(line, "       ")) || *text == '\0')
			continue;
		text = as_imported(owner, text);
		if (strstr(draft, text) == NULL)
			fail_msg("%s: lost: %s\n%s", name, text, draft);
		found++;
	}
	talloc_free(owner);
	return found;
}

static void
each_kind_of_prose_becomes_a_draft_that_lints(void **state UNUSED)
{
	static const struct {
		const char	*name;
		size_t		 commands;
	} kinds[] = {
		{ "backfill", 4 },
		{ "backup-restore", 5 },
		{ "emergency", 3 },
		{ "harden", 3 },
		{ "migration", 5 },
		{ "prisma-supabase", 12 },
		{ "production-migration", 5 },
		{ "reconcile", 8 },
		{ "reset-sandbox", 2 },
		{ "rollback-decision", 2 },
		{ "staging-setup", 11 },
	};
	void *owner = talloc_new(NULL);
	char *source = path_join(owner, test_srcdir(), "tests/cli/prose");
	char **names, *out;
	size_t count, i;
	struct error err;
	struct told t;

	assert_ok(folder_list(owner, source, &names, &count, &err), &err);
	assert_int_equal(count, COUNT_OF(kinds));
	for (i = 0; i < COUNT_OF(kinds); i++) {
		char *prose = mem_printf(owner, "%s/%s.md", source,
		    kinds[i].name);

		out = mem_printf(owner, "%s/draft", temp_folder(owner));
		t = program_in(owner, NULL, "import", prose, "--output", out,
		    NULL);
		if (t.status != 0)
			fail_msg("%s: %s%s", kinds[i].name, t.out, t.errors);
		assert_null(strstr(t.errors, "error: "));
		assert_int_equal(count_commands(kinds[i].name,
		    slurp(owner, prose), values_of(owner, out)),
		    kinds[i].commands);
	}
	talloc_free(owner);
}

/* What import makes of text, as one file; *told is what it said. */
static char *
draft_of(const void *owner, const char *text, struct told *told)
{
	char *folder = temp_folder(owner);
	char *file = temp_file(owner, folder, "prose.md", text);
	char *out = path_join(owner, folder, "out");
	struct told t = program_in(owner, folder, "import", file, "--output",
	    "out", NULL);

	if (t.status != 0)
		fail_msg("%s%s", t.out, t.errors);
	if (told != NULL)
		*told = t;
	return all_of(owner, out);
}

static void
front_matter_is_kept(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "---\ntitle: The title\nowner: db\n"
	    "last_exercised: 2026-01-02\nnext_window: 2026-11-27T01:00Z\n"
	    "tags: [a, b]\n---\n# Another\n\n1. Do it\n", NULL);

	assert_contains(draft, "title: \"The title\"");
	assert_contains(draft, "owner: \"db\"");
	assert_contains(draft, "last_exercised: \"2026-01-02\"");
	assert_contains(draft, "next_window: \"2026-11-27T01:00Z\"");
	assert_contains(draft, "# front matter: tags: [\"a\",\"b\"]\n");
	talloc_free(owner);
}

static void
front_matter_with_control_characters_is_a_comment_still(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "---\n\036owner: a\n---\n1. Look\n",
	    NULL);

	assert_contains(draft, "# front matter: ");
	assert_null(strchr(draft, '\036'));
	talloc_free(owner);
}

static void
warnings_are_why_and_class_b(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "# A\n\n> **Warning**: think twice.\n\n"
	    "1. Look first\n2. Then:\n   ```sh\n   echo 1\n   ```\n3. And:\n"
	    "   ```sh\n   echo 2\n   ```\n", NULL);

	assert_contains(draft, "Warning: think twice.");
	assert_contains(draft, "echo 1\n  class: B\n");
	assert_contains(draft, "echo 2\n  class: A\n");
	talloc_free(owner);
}

static void
a_warning_below_an_items_command_is_about_that(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "# A\n\n1. First:\n   ```sh\n   echo 1\n"
	    "   ```\n   > **Warning**: it deletes.\n2. And:\n   ```sh\n"
	    "   echo 2\n   ```\n   Careful: it deletes, too.\n\n   - Then:\n"
	    "     ```sh\n     echo 3\n     ```\n3. Last:\n   ```sh\n"
	    "   echo 4\n   ```\n", NULL);

	assert_contains(draft, "    Warning: it deletes.\n  run: |\n"
	    "    echo 1\n  class: B\n");
	assert_contains(draft, "    echo 2\n  class: B\n");
	assert_contains(draft, "    Careful: it deletes, too.\n  run: |\n"
	    "    echo 3\n  class: B\n");
	assert_contains(draft, "    echo 4\n  class: A\n");
	talloc_free(owner);
}

static void
a_command_behind_a_prompt_goes_on_after_a_backslash(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "# A\n\n```console\n$ psql \\\n"
	    "> -c 'select 1' \\\n  -d shop\n> 1\n$ ls\n```\n", NULL);

	assert_contains(draft, "    psql \\\n    -c 'select 1' \\\n"
	    "      -d shop\n    # > 1\n    ls\n");
	talloc_free(owner);
}

static void
a_here_document_behind_a_prompt_stays_whole(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "# A\n\n```console\n$ psql shop <<'SQL'\n"
	    "> update users set mail = '';\n> SQL\nUPDATE 3\n"
	    "$ cat >x <<-END && ls\none\nEND\ntwo\n$ echo $((1 << 2))\n4\n"
	    "```\n", NULL);

	assert_contains(draft, "    psql shop <<'SQL'\n"
	    "    update users set mail = '';\n    SQL\n    # UPDATE 3\n"
	    "    cat >x <<-END && ls\n    one\n    END\n    # two\n"
	    "    echo $((1 << 2))\n    # 4\n  class: B\n");
	talloc_free(owner);
}

/* Also where no warning stands beside it. */
static void
commands_that_destroy_are_class_b(void **state UNUSED)
{
	static const char *const commands[] = {
		"npx prisma migrate reset --force", "supabase db reset",
		"dropdb shop", "psql shop -c \"DROP TABLE users\"",
		"psql shop -c \"UPDATE users SET mail = ''\"",
		"rm -rf node_modules", "pg_restore --clean -d shop x.dump",
		"pg_restore -d shop x.dump", "npx prisma migrate deploy",
		"docker compose down -v",
	};
	void *owner = talloc_new(NULL);
	char *draft;
	size_t i;

	for (i = 0; i < COUNT_OF(commands); i++) {
		draft = draft_of(owner, mem_printf(owner, "# A\n\n```sh\n%s\n"
		    "```\n", commands[i]), NULL);
		assert_contains(draft, mem_printf(owner, "    %s\n  class: B\n"
		    "  rollback: ", commands[i]));
	}
	draft = draft_of(owner, "# A\n\n```sql\nBEGIN;\nUPDATE t SET a = 1;\n"
	    "COMMIT;\n```\n", NULL);
	assert_contains(draft, "PGRUNBOOK_SQL\n  class: B\n");
	talloc_free(owner);
}

static void
drafts_are_tried_in_the_folder_for_that(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *folder = temp_folder(owner), *was = getenv("TMPDIR");
	struct told t;

	temp_file(owner, folder, "a.md", "# A\n\n1. Do it\n");
	was = mem_strdup(owner, was);
	setenv("TMPDIR", "/nowhere/at/all", 1);
	t = program_in(owner, folder, "import", "a.md", NULL);
	if (was != NULL)
		setenv("TMPDIR", was, 1);
	else
		unsetenv("TMPDIR");
	assert_int_equal(t.status, 1);
	assert_contains(t.errors, "\"/nowhere/at/all/pgrunbook-import.");
	talloc_free(owner);
}

static void
decisions_and_checklists_are_what_they_are(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "# A\n\n## Which way?\n\n"
	    "- If it failed: go back\n- Otherwise: go on\n\n"
	    "## Before\n\n- [ ] Backup taken\n- [x] Told\n", NULL);

	assert_contains(draft, "choose:\n    options:\n    - key: \"1\"\n"
	    "      text: \"If it failed: go back\"\n");
	assert_contains(draft, "manual:\n    items:\n    - \"Backup taken\"\n"
	    "    - \"Told\"\n");
	assert_contains(draft, "phases:\n- which-way.yaml\n- before.yaml\n");
	talloc_free(owner);
}

static void
sql_gets_its_class_and_its_params(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "# A\n\n```sql\nselect 1;\n```\n\n"
	    "```sql\ndrop table :\"old\";\n```\n\n```sql\n"
	    "create index concurrently i on t (a);\n```\n\n```sql\n\\d t\n"
	    "```\n", NULL);

	assert_contains(draft, "select 1;\n  class: R\n");
	assert_contains(draft, "drop table :\"old\";\n  class: B\n");
	assert_contains(draft, "params:\n  old:\n    prompt: \"old\"\n");
	assert_contains(draft, "  transaction: false\n  class: A\n");
	assert_contains(draft, "psql -X -v ON_ERROR_STOP=1 -f - "
	    "<<'PGRUNBOOK_SQL'\n    \\d t\n");
	talloc_free(owner);
}

static void
what_has_no_place_is_a_manual_step_and_listed(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	struct told t;
	char *draft = draft_of(owner, "# A\n\n```env\nA=postgres://u:geheim@h/d"
	    "\n```\n\n```bash\necho \"{{ticket}}\"\n```\n", &t);

	assert_contains(t.out, "kept as manual steps, look at them:\n");
	assert_contains(t.out, "a fence of \"env\" is neither shell nor SQL");
	assert_contains(t.out, "1 passwords are left out");
	assert_null(strstr(draft, "geheim"));
	assert_contains(draft, "postgres://u:***@h/d");
	assert_contains(draft, "echo \"{ {ticket}}\"");
	talloc_free(owner);
}

static void
front_matter_of_windows_is_read_too(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "---\r\nowner: db\r\n---\r\n# A\r\n\r\n"
	    "1. Do it\r\n", NULL);

	assert_contains(draft, "owner: \"db\"");
	assert_null(strstr(draft, "\r"));
	talloc_free(owner);
}

static void
sql_cannot_end_the_shell_that_it_is_given_to(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *draft = draft_of(owner, "# A\n\n```sql\n\\d t\nPGRUNBOOK_SQL\n"
	    "rm -rf /\n```\n", NULL);

	assert_contains(draft, "<<'PGRUNBOOK_SQL_'\n    \\d t\n"
	    "    PGRUNBOOK_SQL\n    rm -rf /\n    PGRUNBOOK_SQL_\n");
	talloc_free(owner);
}

static void
what_is_nested_without_end_is_kept_and_listed(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	struct buffer *b = buffer_new(owner);
	struct told t;
	char *draft;
	int i;

	for (i = 0; i < 20000; i++)
		buffer_puts(b, ">");
	buffer_puts(b, "     echo deep\n");
	draft = draft_of(owner, b->data, &t);
	assert_contains(t.out, "it is nested too deeply");
	assert_contains(draft, "echo deep");
	talloc_free(owner);
}

static void
nothing_is_overwritten_and_nothing_is_nothing(void **state UNUSED)
{
	void *owner = talloc_new(NULL);
	char *folder = temp_folder(owner);
	struct told t;

	temp_file(owner, folder, "a.md", "# A\n\n1. Do it\n");
	temp_file(owner, folder, "b.md", "# B\n\nOnly words.\n");
	assert_int_equal(program_in(owner, folder, "import", "a.md",
	    NULL).status, 0);
	t = program_in(owner, folder, "import", "a.md", NULL);
	assert_int_equal(t.status, 2);
	assert_contains(t.errors, "\"a\" is there already");
	t = program_in(owner, folder, "import", "b.md", NULL);
	assert_int_equal(t.status, 2);
	assert_contains(t.errors, "\"b.md\" has no step");
	assert_false(file_exists(path_join(owner, folder, "b")));
	talloc_free(owner);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_prose_becomes_a_draft_that_lints),
		cmocka_unit_test(front_matter_is_kept),
		cmocka_unit_test(
		    front_matter_with_control_characters_is_a_comment_still),
		cmocka_unit_test(warnings_are_why_and_class_b),
		cmocka_unit_test(
		    a_warning_below_an_items_command_is_about_that),
		cmocka_unit_test(
		    a_command_behind_a_prompt_goes_on_after_a_backslash),
		cmocka_unit_test(a_here_document_behind_a_prompt_stays_whole),
		cmocka_unit_test(commands_that_destroy_are_class_b),
		cmocka_unit_test(drafts_are_tried_in_the_folder_for_that),
		cmocka_unit_test(decisions_and_checklists_are_what_they_are),
		cmocka_unit_test(sql_gets_its_class_and_its_params),
		cmocka_unit_test(what_has_no_place_is_a_manual_step_and_listed),
		cmocka_unit_test(front_matter_of_windows_is_read_too),
		cmocka_unit_test(sql_cannot_end_the_shell_that_it_is_given_to),
		cmocka_unit_test(what_is_nested_without_end_is_kept_and_listed),
		cmocka_unit_test(nothing_is_overwritten_and_nothing_is_nothing),
	};

	return test_main(tests, NULL, NULL);
}

/* tests/runbook/kinds.c - kinds for the loader's tests. */

#include <stdio.h>
#include <string.h>

#include "kinds.h"

static const struct key sql_keys[] = {
	{ "sql", KEY_TEXT, KEY_REQUIRED | KEY_SQL, offsetof(struct fake_sql, sql),
	  "statements" },
	{ "transaction", KEY_BOOL, 0, offsetof(struct fake_sql, in_transaction),
	  "in one transaction" },
	{ "expect", KEY_ANY, 0, offsetof(struct fake_sql, expect), "outcome" },
	{ NULL },
};

static void
sql_preset(void *spec)
{
	((struct fake_sql *)spec)->in_transaction = true;
}

static void
sql_check(const struct step *s, struct lint *l)
{
	const struct fake_sql *sql = s->spec;

	if (strstr(sql->sql, "tough luck") != NULL)
		lint_error(l, s->place, "the kind itself objects");
}

static enum step_class
sql_deserves(const struct step *s, char *why, size_t why_size)
{
	const struct fake_sql *sql = s->spec;

	if (strstr(sql->sql, "drop") == NULL)
		return CLASS_R;
	snprintf(why, why_size, "drops a table with its data");
	return CLASS_B;
}

static const struct runbook_kind sql_kind = { "sql", "runs statements", "sql",
    sql_keys, sizeof(struct fake_sql), sql_preset, sql_check, sql_deserves };

static const struct key run_keys[] = {
	{ "run", KEY_TEXT, KEY_REQUIRED, offsetof(struct fake_run, command),
	  "the command" },
	{ "cwd", KEY_TEXT, KEY_EXPANDS, offsetof(struct fake_run, cwd),
	  "its folder" },
	{ "env", KEY_MAP, KEY_EXPANDS, offsetof(struct fake_run, env),
	  "its variables" },
	{ NULL },
};

static const struct runbook_kind run_kind = { "run", "runs a command", "run",
    run_keys, sizeof(struct fake_run) };

static const char *const formats[] = { "custom", "directory", NULL };

static const struct key backup_keys[] = {
	{ "into", KEY_TEXT, KEY_EXPANDS, offsetof(struct fake_backup, into),
	  "the folder" },
	{ "jobs", KEY_INT, 0, offsetof(struct fake_backup, jobs), "at a time",
	  NULL, 1, 64 },
	{ "format", KEY_CHOICE, 0, offsetof(struct fake_backup, format),
	  "of the dump", formats },
	{ NULL },
};

static const struct runbook_kind backup_kind = { "backup", "makes a backup",
    NULL, backup_keys, sizeof(struct fake_backup) };

static const struct key restore_keys[] = {
	{ "backup", KEY_TEXT, KEY_REQUIRED | KEY_EXPANDS,
	  offsetof(struct fake_restore, backup), "the backup" },
	{ "pause", KEY_DURATION, 0, offsetof(struct fake_restore, pause_ms),
	  "before it", NULL, 0, 60000 },
	{ "tables", KEY_TEXTS, 0, offsetof(struct fake_restore, tables),
	  "only these" },
	{ NULL },
};

static const struct runbook_kind restore_kind = { "restore",
    "restores a backup", NULL, restore_keys, sizeof(struct fake_restore) };

static const struct key include_keys[] = {
	{ "include", KEY_TEXT, KEY_REQUIRED, 0, "the file" },
	{ "with", KEY_MAP, KEY_EXPANDS, sizeof(void *), "its params" },
	{ NULL },
};

static const struct runbook_kind include_kind = { "include",
    "another runbook, in line", "include", include_keys, 2 * sizeof(void *) };

static const struct key no_keys[] = { { NULL } };

static const struct runbook_kind pause_kind = { "pause", "waits for a person",
    NULL, no_keys, 0 };

static const struct runbook_kind *const all[] = { &sql_kind, &run_kind,
    &backup_kind, &restore_kind, &include_kind, &pause_kind, NULL };
const runbook_kinds fake_kinds = all;

/* tests/steps/test_danger.c - which commands are of class B by themselves. */

#include "harness/test.h"

#include "steps/danger.h"

static void
what_destroys_is_known_by_its_words(void **state UNUSED)
{
	static const struct {
		const char	*command, *why;
	} rows[] = {
		{ "pg_restore --clean --no-owner -d shop x.dump",
		  "drops what it restores" },
		{ "pg_restore -d shop x.dump", "writes into a database" },
		{ "pg_restore --dbname=\"$URL\" x.dump", "writes into a database" },
		{ "npx prisma migrate reset --force", "drops all data" },
		{ "npx prisma@5 --schema a migrate \\\n  reset", "drops all data" },
		{ "pnpm exec prisma db push --accept-data-loss", "may drop data" },
		{ "npx prisma migrate dev --name x", "may reset the database" },
		{ "cd app && npx prisma migrate deploy", "applies migrations" },
		{ "npx prisma db execute --file x.sql", "past the migrations" },
		{ "npx prisma migrate resolve --applied x", "what the books say" },
		{ "supabase db reset --linked", "drops all data" },
		{ "supabase --debug db push", "applies migrations" },
		{ "supabase migration repair --status applied 1",
		  "what the books say" },
		{ "dropdb --if-exists shop", "drops a database" },
		{ "echo $(dropdb shop)", "drops a database" },
		{ "sh -c 'cd x; dropdb shop'", "drops a database" },
		{ "ssh db1 \"sudo -u postgres dropdb shop\"", "drops a database" },
		{ "rm -rf backups", "without asking" },
		{ "find . -name '*.dump' -delete", "without asking" },
		{ "git push --force-with-lease", "others' commits" },
		{ "docker compose down -v", "volumes go" },
		{ "kubectl delete pod x", "removes what it names" },
		{ "aws s3 rm s3://x/y", "stored objects" },
		{ "mysql -e 'Drop  Table x'", "drops objects" },
		{ "psql -c 'TRUNCATE users'", "truncates tables" },
		{ "psql \"$URL\" -c \"DELETE FROM users\"", "deletes rows" },
		/* What the words do not tell the grammar does. */
		{ "psql -c \"UPDATE users SET mail = ''\"", "psql gets SQL that" },
		{ "psql -Atc 'alter table t drop c'", "psql gets SQL that" },
		{ "psql --command='alter table t alter c type int'",
		  "psql gets SQL that" },
		{ "docker exec db psql -U a -c 'drop policy p on t'",
		  "psql gets SQL that" },
		{ "psql -c 'selekt 1'", "the grammar does not know" },
		{ "psql -f - <<'E'\n\\set x 1\nbegin;\nupdate t set a = 1;\n"
		  "commit;\nE\n", "psql gets SQL that" },
		{ "cat x | psql <<-SQL && echo\n\talter table t drop c;\n\tSQL\n",
		  "psql gets SQL that" },
	};
	struct danger d;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		if (!danger_of(rows[i].command, &d))
			fail_msg("not found: %s", rows[i].command);
		assert_contains(d.why, rows[i].why);
	}
}

static void
what_reads_or_adds_is_left_alone(void **state UNUSED)
{
	static const char *const rows[] = {
		"npx prisma generate",
		"npx prisma migrate status",
		"pg_restore -l x.dump",
		"pg_restore -f x.sql x.dump",
		"pg_dump -Fc -d shop -f x.dump",
		"createdb shop",
		"rm one.txt",
		"git push origin main",
		"docker compose up -d",
		"psql -c 'select 1'",
		"psql -d c -f x.sql",
		"psql -c \"$sql\"",
		"psql -c 'create table t (a int)'",
		"psql <<'E'\nselect count(*) from t;\nE\n",
		"cat <<'E'\nupdate t set a = 1;\nE\n",
		"curl -fsS https://x/api/health",
	};
	struct danger d;
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++)
		if (danger_of(rows[i], &d))
			fail_msg("%s: %s", rows[i], d.why);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_destroys_is_known_by_its_words),
		cmocka_unit_test(what_reads_or_adds_is_left_alone),
	};

	return test_main(tests, NULL, NULL);
}

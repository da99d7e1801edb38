# tests/peers/prisma.sh - beside Prisma (read by check-peers).

# ---- the same folder leaves the same rows ---------------------------------

new_project fresh
cp -r "$here/../../runbooks/demo/migrations" "$project/prisma/"
migration 20270101000000_concurrently 'CREATE INDEX CONCURRENTLY "ci" ON "orders" ("id");'
migration 20270102000000_nothing '-- nothing to do
'
migration 20270103000000_crlf $'CREATE TABLE "crlf" (\r\n  "a" int\r\n);\r\n'
migration 20270104000000_own_transaction $'BEGIN;\nCREATE TABLE "own" ("a" int);\nCOMMIT;\n'
migration 20270105000000_half_own $'BEGIN;\nCREATE TABLE "half_own" ("a" int);\nCOMMIT;\nINSERT INTO "half_own" VALUES (1);\n'
migration 20270106000000_ünïcode $'COMMENT ON TABLE "own" IS \'ünïcode – 漢字\';\n'
migration 20270107000000_function 'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
'
sql postgres 'create database theirs' && sql postgres 'create database mine'
holds "prisma deploys the folder" prisma theirs deploy
holds "we deploy the folder" ours mine
holds "the rows are the same" same_rows theirs mine
holds "prisma is up to date with ours" prisma_is_up_to_date mine
holds "we are up to date with prisma's" we_are_up_to_date theirs
holds "neither side has drift" we_are_up_to_date mine --drift

# ---- each goes on where the other stopped -----------------------------------

new_project half
for i in 1 2 3; do
	migration "2027010${i}000000_t$i" "CREATE TABLE t$i (a int);"
done
mkdir "$work/later"
mv "$project"/prisma/migrations/2027010[23]* "$work/later/"
sql postgres 'create database begun_theirs' && sql postgres 'create database begun_mine'
prisma begun_theirs deploy >/dev/null
ours begun_mine >/dev/null
mv "$work"/later/* "$project/prisma/migrations/"
pending_is_found() {
	local theirs mine
	theirs=$(prisma begun_mine status | grep -E '^[0-9]+_' | sort)
	mine=$(ours_migrations begun_theirs status --json | jq -r '.migrations[] | select(.status == "pending").name')
	[ -n "$theirs" ] && same "$theirs" "$mine"
}
holds "both find the same pending" pending_is_found
holds "we go on where prisma stopped" ours begun_theirs
holds "prisma goes on where we stopped" prisma begun_mine deploy
holds "and the rows are the same" same_rows begun_theirs begun_mine

# ---- failures ---------------------------------------------------------------------

new_project failing
migration 20270101000000_good 'CREATE TABLE good (a int);'
migration 20270102000000_bad 'CREATE TABLE half (a int); ALTER TABLE nowhere ADD b int;'
for db in f1 f2; do
	sql postgres "create database $db"
	prisma $db deploy >/dev/null
done
we_stop_too() {
	local out
	out=$(ours f1) && return 1
	grep -q P3009 <<<"$out" && grep -q 'migrations resolve' <<<"$out" || { echo "$out"; return 1; }
}
failed_is_found() {
	local out
	out=$(ours_migrations f1 status)
	[ $? -eq 1 ] && grep -q 'failed  *20270102000000_bad' <<<"$out" || { echo "$out"; return 1; }
}
holds "we stop at a migration that failed for prisma (P3009)" we_stop_too
holds "and name it" failed_is_found
for arguments in "--applied nope" "--rolled-back nope" "--applied 20270101000000_good" \
	"--rolled-back 20270101000000_good"; do
	# shellcheck disable=SC2086
	holds "the same code: resolve $arguments" same_code f1 resolve $arguments
done
holds "prisma resolves as rolled back" prisma f1 resolve --rolled-back 20270102000000_bad
holds "we resolve as rolled back" ours_migrations f2 resolve --rolled-back 20270102000000_bad
# What Prisma wrote of the failure is the same in both.
holds "the rows are the same" same_rows f1 f2
migration 20270102000000_bad 'CREATE TABLE half (a int);'
holds "prisma deploys the corrected file after our resolve" prisma f2 deploy
holds "we deploy the corrected file after prisma's resolve" ours f1
holds "the rows are the same again" same_rows f1 f2

migration 20270103000000_again 'CREATE TABLE again (a int); SELECT 1/0;'
prisma f1 deploy >/dev/null
prisma f2 deploy >/dev/null
holds "prisma resolves as applied" prisma f1 resolve --applied 20270103000000_again
holds "we resolve as applied" ours_migrations f2 resolve --applied 20270103000000_again
holds "the rows of both are the same" same_rows f1 f2
holds "prisma takes ours for done" prisma_is_up_to_date f2
holds "we take prisma's for done" we_are_up_to_date f1
holds "the same code a second time" same_code f1 resolve --applied 20270103000000_again

# ---- a database that was there before ------------------------------------------------

new_project baseline
migration 20270101000000_init 'CREATE TABLE old (a int);'
for db in b1 b2 b3; do
	sql postgres "create database $db"
	sql $db 'create table old (a int)'
done
refuses_like_prisma() {
	same "$(code "$(prisma b3 deploy)") $(code "$(prisma b3 deploy)")" \
		"$(code "$(ours b3)") P3005"
}
holds "both refuse a schema that is not empty (P3005)" refuses_like_prisma
prisma b1 resolve --applied 20270101000000_init >/dev/null
ours_migrations b2 resolve --applied 20270101000000_init >/dev/null
holds "a baseline by both leaves the same rows" same_rows b1 b2
holds "prisma is up to date with our baseline" prisma_is_up_to_date b2

# ---- another schema than public --------------------------------------------------------

new_project schema
migration 20270101000000_init 'CREATE TABLE inside (a int);'
sql postgres 'create database s1'
own_schema() {
	(cd "$project" && DATABASE_URL="$(url s1)?schema=shop" "$pgrunbook" run --headless \
		--approvals ok prisma.yaml) || return 1
	same "$(sql s1 "select string_agg(schemaname || '.' || tablename, ' ' order by 1)
	    from pg_tables where schemaname in ('shop', 'public')")" \
		"shop._prisma_migrations shop.inside"
}
holds "the URL's schema is made, and holds table and books" own_schema

# ---- several hundred -----------------------------------------------------------------------

new_project many
"$here/write-migrations.mjs" prisma "$project/prisma/migrations" 360
sql postgres 'create database many_mine' && sql postgres 'create database many_theirs'
holds "we deploy 360 migrations" ours many_mine
holds "prisma is up to date with them" prisma_is_up_to_date many_mine
holds "prisma deploys them" prisma many_theirs deploy
holds "we are up to date with those" we_are_up_to_date many_theirs
holds "and the rows of both are the same" same_rows many_mine many_theirs
holds "the databases of both have no difference" same_database many_mine many_theirs
mkdir "$work/last"
mv "$project"/prisma/migrations/2022* "$work/last/"
sql postgres 'create database turn_mine' && sql postgres 'create database turn_theirs'
ours turn_mine >/dev/null
prisma turn_theirs deploy >/dev/null
mv "$work"/last/* "$project/prisma/migrations/"
holds "prisma goes on in the middle of them" prisma turn_mine deploy
holds "we go on in the middle of them" ours turn_theirs
holds "the rows are those of one hand" same_rows turn_mine many_mine
holds "whoever began" same_rows turn_theirs many_mine
holds "and so is the database" same_database turn_mine turn_theirs

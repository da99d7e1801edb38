# tests/peers/supabase.sh - beside Supabase (read by check-peers).

new_project supabase
write() { printf '%s' "$2" >"$project/supabase/migrations/$1"; }
write 20240101000000_init.sql "$(cat <<'END'
-- the first tables
-- of all
create table a (x text default 'a"b\c;', y int); -- trailing
/* block ; comment */
create table b (x int);

create function f() returns trigger language plpgsql as $$
begin
  -- inner; comment
  return new;
end;
$$;

create or replace function g() returns int
begin atomic
  select 1;
  select 2;
end;
;;
create rule r as on update to b do also (select 1; select 2);
create policy "p;q" on a using (true) -- behind it
;
-- at the end
END
)"
write 20240102000000_only-comment.sql '-- nothing here'
write 20240103000000_no_end.sql $'insert into a values (E\'it\\\';s\');\r\ninsert into b values (1)'
write 20240104000000_empty.sql ''
write 20240105000000_.sql 'create table unnamed (a int);'
write README.sql 'create table skipped (a int);'
sql postgres 'create database sb_theirs' && sql postgres 'create database sb_mine'
holds "supabase pushes the folder" supabase sb_theirs db push
holds "we deploy the folder of supabase" ours sb_mine supabase
holds "supabase's rows are the same" same_supabase sb_theirs sb_mine

write 20240201000000_more.sql 'create table more (a int);'
holds "we go on where supabase stopped" ours sb_theirs supabase
holds "supabase goes on where we stopped" supabase sb_mine db push
holds "supabase's rows are the same still" same_supabase sb_theirs sb_mine
holds "we are up to date with supabase's" we_are_up_to_date sb_mine --dir supabase/migrations

write 20230101000000_late.sql 'create table late (a int);'
both_refuse_the_order() {
	supabase sb_theirs db push && return 1
	local out
	out=$(ours sb_mine supabase) && return 1
	grep -q 'older than the last one' <<<"$out"
}
holds "both refuse one that is older than the last applied" both_refuse_the_order
rm "$project/supabase/migrations/20230101000000_late.sql"

mv "$project/supabase/migrations/20240201000000_more.sql" "$work/"
both_refuse_what_is_missing() {
	supabase sb_theirs db push && return 1
	local out
	out=$(ours sb_mine supabase) && return 1
	grep -q 'and the folder has not' <<<"$out"
}
holds "both refuse where the folder lacks one" both_refuse_what_is_missing
supabase sb_theirs migration repair --status reverted 20240201000000 >/dev/null
ours_migrations sb_mine resolve --dir supabase/migrations --rolled-back 20240201000000 >/dev/null
holds "reverted by both: the rows are the same" same_supabase sb_theirs sb_mine
mv "$work/20240201000000_more.sql" "$project/supabase/migrations/"
supabase sb_theirs migration repair --status applied 20240201000000 >/dev/null
ours_migrations sb_mine resolve --dir supabase/migrations --applied 20240201000000 >/dev/null
holds "applied by both: the rows are the same" same_supabase sb_theirs sb_mine

# ---- seeds -----------------------------------------------------------------------

printf 'insert into more values (1);\n' >"$project/supabase/seed.sql"
sed -i 's/layout: supabase}/layout: supabase, seed: supabase\/seed.sql}/' "$project/supabase.yaml"
mkdir -p "$project/supabase" && printf '[db.seed]\nenabled = true\nsql_paths = ["./seed.sql"]\n' \
	>"$project/supabase/config.toml"
seeds() {
	sql "$1" 'select path, hash from supabase_migrations.seed_files order by 1'
	sql "$1" 'select count(*) from more'
	sql "$1" "select column_name, data_type, is_nullable from information_schema.columns
	    where table_name = 'seed_files' order by ordinal_position"
}
same_seeds() { same "$(seeds sb_theirs)" "$(seeds sb_mine)"; }
holds "supabase seeds" supabase sb_theirs db push --include-seed
holds "we seed" ours sb_mine supabase
holds "the seeds are booked alike" same_seeds
printf 'insert into more values (2);\n' >"$project/supabase/seed.sql"
supabase sb_theirs db push --include-seed >/dev/null
ours sb_mine supabase >/dev/null
holds "an edited seed is booked alike, and not run" same_seeds

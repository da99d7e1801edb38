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

# ---- a project on the platform ----------------------------------------------------

platform() {	# DATABASE
	sql postgres "create database $1" &&
		psql -X -q -v ON_ERROR_STOP=1 -f "$here/supabase-prelude.sql" "$(url "$1")"
}
new_project platform
write 20250101000000_profiles.sql "$(cat <<'END'
create table public.profiles (
  id uuid primary key references auth.users on delete cascade,
  name text
);
alter table public.profiles enable row level security;
create policy "own profile" on public.profiles to authenticated
  using ((select auth.uid()) = id) with check ((select auth.uid()) = id);
create function public.on_user() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.profiles (id, name) values (new.id, new.raw_user_meta_data ->> 'name');
  return new;
end;
$$;
create trigger on_user after insert on auth.users
  for each row execute function public.on_user();
END
)"
write 20250102000000_storage.sql "$(cat <<'END'
insert into storage.buckets (id, name) values ('avatars', 'avatars');
create policy "own folder" on storage.objects for insert to authenticated
  with check (bucket_id = 'avatars' and (storage.foldername(name))[1] = (select auth.uid())::text);
alter publication supabase_realtime add table public.profiles;
revoke all on public.profiles from anon;
END
)"
platform pf_theirs && platform pf_mine
holds "supabase pushes to a project" supabase pf_theirs db push
holds "we deploy to a project" ours pf_mine supabase
holds "the project's rows are the same" same_supabase pf_theirs pf_mine
holds "and its database is" same_database pf_theirs pf_mine
policies_work() {
	same "$(sql pf_mine "insert into auth.users (id, raw_user_meta_data)
	    values ('00000000-0000-0000-0000-000000000001', '{\"name\": \"ana\"}'),
	    ('00000000-0000-0000-0000-000000000002', '{\"name\": \"ben\"}');
	    set role authenticated;
	    set request.jwt.claims = '{\"sub\": \"00000000-0000-0000-0000-000000000002\"}';
	    select name from profiles")" ben
}
holds "its policies and triggers do what they say" policies_work

# ---- both kinds in one project: Prisma's schema first, then policies ----------------

migration 20250101000000_orders 'CREATE TABLE "orders" ("id" SERIAL PRIMARY KEY, "owner" UUID NOT NULL);
'
write 20250103000000_orders.sql 'alter table orders enable row level security;
create policy "own orders" on orders to authenticated using ((select auth.uid()) = owner);
'
cat >"$project/both.yaml" <<'END'
pgrunbook: 1
name: both
title: Deploy both
targets: {db: {url: "env:DATABASE_URL", environment: local}}
target: db
steps:
  - id: schema
    migrate: {dir: prisma/migrations, layout: prisma}
    class: B
  - id: policies
    migrate: {dir: supabase/migrations, layout: supabase}
    class: B
END
for step in schema policies; do
	echo '{"step": "both/'$step'", "principal": "ana", "decision": "approve"}' >"$project/ok/both-$step.json"
done
platform both_theirs && platform both_mine
both_by_them() { prisma both_theirs deploy && supabase both_theirs db push; }
holds "prisma and then supabase deploy one project" both_by_them
holds "we deploy both in the stated order" ours both_mine both
holds "prisma's rows are the same in it" same_rows both_theirs both_mine
holds "supabase's rows are the same in it" same_supabase both_theirs both_mine
holds "the databases of both kinds are the same" same_database both_theirs both_mine
holds "prisma is up to date with both" prisma_is_up_to_date both_mine
holds "we are up to date with prisma's half" we_are_up_to_date both_theirs
holds "and with supabase's half" we_are_up_to_date both_theirs --dir supabase/migrations

# ---- several hundred -------------------------------------------------------------------

new_project sb_many
"$here/write-migrations.mjs" supabase "$project/supabase/migrations" 360
sql postgres 'create database sbm_mine' && sql postgres 'create database sbm_theirs'
nothing_to_push() {
	local out
	out=$(supabase "$1" db push) && grep -q 'up to date' <<<"$out" || { echo "$out"; return 1; }
}
holds "we deploy 360 migrations of supabase" ours sbm_mine supabase
holds "supabase has nothing to push to them" nothing_to_push sbm_mine
holds "supabase pushes them" supabase sbm_theirs db push
holds "we are up to date with what it pushed" we_are_up_to_date sbm_theirs --dir supabase/migrations
holds "the rows of 360 are the same" same_supabase sbm_mine sbm_theirs
holds "the databases of 360 have no difference" same_database sbm_mine sbm_theirs

#!/usr/bin/env bash
# backfill.sh - runbooks/backfill.yaml on a large table: how fast, and whether
# each row is done once when it is paused, killed, and resumed.
#
# usage: backfill.sh PGRUNBOOK RUNBOOKS ROWS      (DATABASE_URL: the database)
#
# Wants psql and jq.  bench/bench_backfill starts the server for it.

set -euo pipefail

pgrunbook=$(realpath "$1")
runbooks=$2
rows=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PGRUNBOOK_RUNS=$work/runs

query() {
	psql -XqAt -v ON_ERROR_STOP=1 -c "$1" "$DATABASE_URL"
}

die() {
	printf 'backfill.sh: %s\n' "$1" >&2
	exit 1
}

say() {
	local word='"principal": "ana"'
	mkdir -p "$work/approvals"
	printf '{"step": "backfill/writers", %s, "answer": {"items": [true]}}\n' \
	    "$word" >"$work/approvals/1.json"
	for step in fill not-null; do
		printf '{"step": "backfill/%s", %s, "decision": "approve"}\n' \
		    "$step" "$word" >"$work/approvals/$step.json"
	done
}

fill_table() {
	query "drop table if exists orders" 2>/dev/null
	query "create table orders (id bigint primary key, user_id bigint not null,
	    total numeric(12,2) not null, note text);
	    insert into orders select n, n % 1000, n % 977, repeat('x', 40)
	    from generate_series(1, $rows) n"
	query "vacuum analyze orders"
}

start() {
	(cd "$work/book" && exec "$pgrunbook" run backfill.yaml --headless \
	    --as=ana --approvals "$work/approvals") >"$work/out" 2>&1 &
	engine=$!
}

run_folder() {
	local newest
	newest=$(ls "$PGRUNBOOK_RUNS" | tail -n 1)
	printf '%s/%s' "$PGRUNBOOK_RUNS" "$newest"
}

# Rows that are done: each range is in the journal once it is committed.
position() {
	cat "$(run_folder)/journal.jsonl" 2>/dev/null |
	    jq -Rn '[inputs | fromjson? | .body | select(.type == "batch_finished")
	    | .rows] | add // 0'
}

# wait_for PART: that many hundredths of the rows are done.
wait_for() {
	while kill -0 "$engine" 2>/dev/null; do
		if [ -d "$PGRUNBOOK_RUNS" ] &&
		    [ $(($(position) * 100)) -ge $((rows * $1)) ]; then
			return
		fi
		sleep 0.05
	done
	cat "$work/out" >&2
	die "it ended before $1 % were done"
}

# intend NAME: as a person who attaches would.
intend() {
	{
		printf '{"intent": "%s"}\n' "$1"
		sleep 0.5
	} | "$pgrunbook" attach "$(basename "$(run_folder)")" --json --as=ana \
	    >/dev/null || { cat "$work/out" >&2; die "it took no \"$1\""; }
}

finish() {
	wait "$engine" || { cat "$work/out" >&2; die "it did not end well"; }
}

# No row is left, each range was committed once (its marker is in the same
# transaction), and no row was written by any other transaction.
check_once() {
	local left ranges markers writers run
	run=$(basename "$(run_folder)")
	left=$(query "select count(*) from orders where currency is null")
	ranges=$(((rows + 19999) / 20000))
	markers=$(query "select count(*) from pgrunbook.outcome
	    where run = '$run' and step = 'backfill/fill'")
	writers=$(query "select count(distinct xmin::text) from orders")
	[ "$left" = 0 ] || die "$left rows are left"
	[ "$markers" = "$ranges" ] || die "$markers of $ranges ranges"
	[ "$writers" = "$ranges" ] || die "$writers transactions wrote rows"
	"$pgrunbook" verify "$run" >/dev/null || die "the bundle does not verify"
}

mkdir "$work/book"
cp -r "$runbooks/." "$work/book"
chmod -R u+w "$work/book"
query "alter database $(query 'select quote_ident(current_database())') set
    pgrunbook.environment = 'sandbox'"
say

fill_table
begun=$(date +%s.%N)
start
finish
ended=$(date +%s.%N)
check_once
fill_s=$(jq -Rn '[inputs | fromjson? | .body | select(.type == "attempt_finished"
    and .step == "backfill/fill") | .ms][0] / 1000' \
    <"$(run_folder)/journal.jsonl")
awk -v rows="$rows" -v fill="$fill_s" -v whole="$(echo "$ended $begun" |
    awk '{ print $1 - $2 }')" 'BEGIN {
	printf "%d rows: %.0f rows/s, %.1f s to fill, %.1f s for the runbook\n",
	    rows, rows / fill, fill, whole
}'

export PGRUNBOOK_RUNS=$work/again
fill_table
start
wait_for 25
intend pause
sleep 0.5
held=$(position)
sleep 2
[ "$(position)" = "$held" ] || die "it went on while it was paused"
intend resume
wait_for 60
kill -9 "$engine"
wait "$engine" 2>/dev/null || true
killed=$(position)
(cd "$work/book" && "$pgrunbook" resume "$(basename "$(run_folder)")" \
    --headless --as=ana --approvals "$work/approvals") >"$work/out" 2>&1 ||
    { cat "$work/out" >&2; die "it did not resume"; }
check_once
printf 'paused at %d rows, killed at %d, resumed: each range was done once\n' \
    "$held" "$killed"

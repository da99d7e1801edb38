#!/bin/sh
# tests/faults/sweep.sh - the fault tests at all their points, summed up.
#
#   sweep.sh FOLDER PROGRAM...       called by "make check-faults"
#
# FOLDER gets a log of each process.  A program's name behind "once:" is not
# spread: its tests have no points.
#
#   FAULTS_JOBS=2      processes side by side, each with a server of its own
#   FAULTS_SHARD=1/4   this machine's share of all points
#   FAULTS_ONLY=GLOB   only kinds whose name matches, as "demo window: *"
#   FAULTS_SEED=N      of the random moments; FAULTS_MOMENTS=300 how many in
#                      the demo's window
#   FAULTS_SAY_S=60    seconds between two words about how far it is
#
# What is found is said at once, and what each kind came to at the end.  Exit
# status 1 where a program failed, a kind met nothing, or any of what must be
# 0 is not.
set -u
folder=$1
shift
jobs=${FAULTS_JOBS:-1}
shard=${FAULTS_SHARD:-1/1}
mine=${shard%/*}
of=${shard#*/}
FAULTS_ALL=1
export FAULTS_ALL
mkdir -p "$folder" && rm -f "$folder"/log.* "$folder"/failed.* || exit 1

run_share() {	# K: the Kth process of this machine
	FAULTS_SHARD=$(((mine - 1) * jobs + $1))/$((of * jobs))
	export FAULTS_SHARD
	n=$1
	shift
	for program; do
		case $program in
		once:*)	# without points: by the first of all
			[ "$FAULTS_SHARD" = "1/$((of * jobs))" ] &&
			    [ -z "${FAULTS_ONLY:-}" ] || continue
			program=${program#once:} ;;
		esac
		"$program" >>"$folder/log.$n" 2>&1 ||
		    echo "$program" >>"$folder/failed.$n"
	done
}

# What is found, and how many points are behind us.
say_progress() {
	while sleep "${FAULTS_SAY_S:-60}"; do
		at=$(date +%H:%M:%S)
		cat "$folder"/log.* 2>/dev/null | awk -v at="$at" '
		    / point [0-9]+ at / && !/^# found/ { points++; kind = $0 }
		    /^# found:/ { found++ }
		    END { sub(/^# /, "", kind)
			printf "%s %d points, %d findings; now %s\n", at,
			    points, found, kind }'
	done
}

say_progress &
speaker=$!
trap 'kill $speaker 2>/dev/null' EXIT
trap 'exit 130' INT TERM
shares=
k=1
while [ "$k" -le "$jobs" ]; do
	run_share "$k" "$@" &
	shares="$shares $!"
	k=$((k + 1))
done
wait $shares
kill $speaker 2>/dev/null

grep -h -E '^(# found:|# journal:|not ok|cluster:)' "$folder"/log.*
cat "$folder"/log.* | awk -v failed="$(cat "$folder"/failed.* 2>/dev/null | tr '\n' ' ')" '
/^# counted: / {
	line = substr($0, 12)
	at = index(line, ": points ")
	kind = substr(line, 1, at - 1)
	if (!(kind in known)) { known[kind] = 1; kinds[++n] = kind }
	m = split(substr(line, at + 2), parts, ", ")
	for (i = 1; i <= m; i++) {
		word = parts[i]
		count = word
		sub(/.* /, "", count)
		sub(/ [0-9]+$/, "", word)
		if (!(word in seen)) { seen[word] = 1; words[++w] = word }
		sum[kind, word] += count
		all[word] += count
	}
}
END {
	bad = failed != "" || n == 0
	for (k = 1; k <= n; k++) {
		kind = kinds[k]
		line = ""
		for (i = 2; i <= w; i++)
			line = line ", " words[i] " " sum[kind, words[i]] + 0
		printf "%-48s points %d%s\n", kind, sum[kind, "points"], line
		if (sum[kind, "met"] == 0) {
			print "  nothing of it came in a run'"'"'s way"
			bad = 1
		}
	}
	line = ""
	for (i = 3; i <= w; i++) {
		line = line ", " all[words[i]] + 0 " " words[i]
		if (words[i] != "left to a person" && all[words[i]] > 0)
			bad = 1
	}
	printf "check-faults: %d points of %d kinds, %d met a run%s\n",
	    all["points"], n, all["met"], line
	if (failed != "")
		print "check-faults: failed: " failed
	exit bad
}'

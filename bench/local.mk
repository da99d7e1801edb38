# bench/local.mk - measurements that are run by hand: make bench

benches = bench/bench_journal bench/bench_rows bench/bench_stream
EXTRA_PROGRAMS += $(benches) bench/bench_schema bench/bench_backfill
CLEANFILES += $(benches) bench/bench_schema bench/bench_backfill
EXTRA_DIST += bench/schema.sql bench/backfill.sh

bench_bench_journal_LDADD = $(journal_libs) $(base_libs)
bench_bench_rows_SOURCES = bench/bench_rows.c \
	src/cli/scratch_server.c src/cli/scratch_server.h
bench_bench_rows_LDADD = $(postgres_libs) $(base_libs)
bench_bench_schema_SOURCES = bench/bench_schema.c \
	src/cli/scratch_server.c src/cli/scratch_server.h
bench_bench_schema_LDADD = $(schema_libs) $(postgres_libs) $(base_libs)
bench_bench_backfill_SOURCES = bench/bench_backfill.c \
	src/cli/scratch_server.c src/cli/scratch_server.h
bench_bench_backfill_LDADD = $(postgres_libs) $(base_libs)
bench_bench_stream_LDADD = $(journal_libs) $(base_libs)

.PHONY: bench bench-backfill bench-schema
bench: $(benches) bench-backfill bench-schema
	@for bench in $(benches); do echo "== $$bench"; $$bench || exit 1; done

# Its own command, too: the largest schemas take minutes.
bench-schema: bench/bench_schema pgrunbook
	@./bench/bench_schema ./pgrunbook $(srcdir)/bench/schema.sql

# A table of ROWS rows is filled by the shipped runbook, paused, killed, resumed.
ROWS = 3000000
bench-backfill: bench/bench_backfill pgrunbook
	@./bench/bench_backfill $(srcdir)/bench/backfill.sh ./pgrunbook \
	    $(srcdir)/runbooks $(ROWS)

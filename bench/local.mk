# bench/local.mk - measurements that are run by hand: make bench

benches = bench/bench_journal bench/bench_rows bench/bench_stream
EXTRA_PROGRAMS += $(benches)
CLEANFILES += $(benches)

bench_bench_journal_LDADD = $(journal_libs) $(base_libs)
bench_bench_rows_SOURCES = bench/bench_rows.c \
	src/cli/scratch_server.c src/cli/scratch_server.h
bench_bench_rows_LDADD = $(postgres_libs) $(base_libs)
bench_bench_stream_LDADD = $(journal_libs) $(base_libs)

.PHONY: bench
bench: $(benches)
	@for bench in $(benches); do echo "== $$bench"; $$bench || exit 1; done

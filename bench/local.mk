# bench/local.mk - measurements that are run by hand: make bench

benches = bench/bench_stream
EXTRA_PROGRAMS += $(benches)
CLEANFILES += $(benches)

bench_bench_stream_LDADD = $(journal_libs) $(base_libs)

.PHONY: bench
bench: $(benches)
	@for bench in $(benches); do echo "== $$bench"; $$bench || exit 1; done

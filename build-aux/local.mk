# build-aux/local.mk - checks of the source tree, and of how programs are linked.

tree_checks = build-aux/check-layers build-aux/check-tests-listed
program_checks = build-aux/check-links
TESTS += $(tree_checks) $(program_checks)
EXTRA_DIST += $(tree_checks) $(program_checks)

EXTRA_DIST += build-aux/print-coverage

# After "make check" in a build with --enable-coverage.
.PHONY: coverage
coverage:
	@$(top_srcdir)/build-aux/print-coverage $(abs_top_builddir)

clean-local: clean-coverage
.PHONY: clean-coverage
clean-coverage:
	-find . -name '*.gcda' -o -name '*.gcno' | xargs rm -f

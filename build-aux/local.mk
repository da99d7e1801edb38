# build-aux/local.mk - checks of the source tree itself.

tree_checks = build-aux/check-layers build-aux/check-tests-listed
TESTS += $(tree_checks)
EXTRA_DIST += $(tree_checks)

EXTRA_DIST += build-aux/print-coverage

# After "make check" in a build with --enable-coverage.
.PHONY: coverage
coverage:
	@$(top_srcdir)/build-aux/print-coverage $(abs_top_builddir)

clean-local: clean-coverage
.PHONY: clean-coverage
clean-coverage:
	-find . -name '*.gcda' -o -name '*.gcno' | xargs rm -f

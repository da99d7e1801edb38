# tests/runbook/local.mk - the tests of src/runbook.

check_LIBRARIES += tests/runbook/liblinting.a
tests_runbook_liblinting_a_SOURCES = \
	tests/runbook/kinds.c tests/runbook/kinds.h \
	tests/runbook/linting.c tests/runbook/linting.h

runbook_tests = \
	tests/runbook/test_format \
	tests/runbook/test_lint \
	tests/runbook/test_lint_step \
	tests/runbook/test_load \
	tests/runbook/test_node \
	tests/runbook/test_values
check_PROGRAMS += $(runbook_tests)
TESTS += $(runbook_tests)

runbook_test_libs = tests/runbook/liblinting.a $(harness_libs) \
	$(runbook_libs) $(postgres_libs) $(base_libs)
# What it compares the manual with: all kinds, and what they stand on.
tests_runbook_test_format_LDADD = $(harness_libs) $(steps_libs) \
	$(schema_libs) $(approval_libs) $(runbook_libs) $(postgres_libs) \
	$(base_libs)
tests_runbook_test_lint_LDADD = $(runbook_test_libs)
tests_runbook_test_lint_step_LDADD = $(runbook_test_libs)
tests_runbook_test_load_LDADD = $(runbook_test_libs)
tests_runbook_test_node_LDADD = $(runbook_test_libs)
tests_runbook_test_values_LDADD = $(runbook_test_libs)

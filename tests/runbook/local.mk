# tests/runbook/local.mk - the tests of src/runbook.

runbook_tests = \
	tests/runbook/test_values
check_PROGRAMS += $(runbook_tests)
TESTS += $(runbook_tests)

runbook_test_libs = $(harness_libs) $(runbook_libs) $(base_libs)
tests_runbook_test_values_LDADD = $(runbook_test_libs)

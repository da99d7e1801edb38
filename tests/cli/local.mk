# tests/cli/local.mk - the tests of src/cli.

cli_tests = tests/cli/test_manual
check_PROGRAMS += $(cli_tests)
TESTS += $(cli_tests)
tests_cli_test_manual_LDADD = $(harness_libs) $(base_libs)

# tests/base/local.mk - the tests of src/base.

base_tests = \
	tests/base/test_child \
	tests/base/test_loop
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

base_test_libs = $(harness_libs) $(base_libs)
tests_base_test_child_LDADD = $(base_test_libs)
tests_base_test_loop_LDADD = $(base_test_libs)

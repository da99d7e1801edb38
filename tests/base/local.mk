# tests/base/local.mk - the tests of src/base.

base_tests = \
	tests/base/test_child \
	tests/base/test_clock \
	tests/base/test_error \
	tests/base/test_file \
	tests/base/test_guard \
	tests/base/test_hash \
	tests/base/test_json \
	tests/base/test_loop \
	tests/base/test_memory \
	tests/base/test_redact \
	tests/base/test_str \
	tests/base/test_thread
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

base_test_libs = $(harness_libs) $(base_libs)
tests_base_test_child_LDADD = $(base_test_libs)
tests_base_test_clock_LDADD = $(base_test_libs)
tests_base_test_error_LDADD = $(base_test_libs)
tests_base_test_file_LDADD = $(base_test_libs)
tests_base_test_guard_LDADD = $(base_test_libs)
tests_base_test_hash_LDADD = $(base_test_libs)
tests_base_test_json_LDADD = $(base_test_libs)
tests_base_test_loop_LDADD = $(base_test_libs)
tests_base_test_memory_LDADD = $(base_test_libs)
tests_base_test_redact_LDADD = $(base_test_libs)
tests_base_test_str_LDADD = $(base_test_libs)
tests_base_test_thread_LDADD = $(base_test_libs)

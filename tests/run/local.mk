# tests/run/local.mk - the tests of src/run, and a small run for others'.

check_LIBRARIES += tests/run/libsample.a
tests_run_libsample_a_SOURCES = tests/run/sample.c tests/run/sample.h
sample_libs = tests/run/libsample.a

run_tests = \
	tests/run/test_event \
	tests/run/test_folder \
	tests/run/test_state
check_PROGRAMS += $(run_tests)
TESTS += $(run_tests)

run_test_libs = $(sample_libs) $(harness_libs) $(run_libs) $(base_libs)
tests_run_test_event_LDADD = $(run_test_libs)
tests_run_test_folder_LDADD = $(run_test_libs)
tests_run_test_state_LDADD = $(run_test_libs)

# tests/engine/local.mk - the tests of src/engine: by the program, on a server.

engine_tests = \
	tests/engine/test_attach \
	tests/engine/test_engine \
	tests/engine/test_policy
check_PROGRAMS += $(engine_tests)
TESTS += $(engine_tests)

tests_engine_test_engine_LDADD = $(harness_libs) $(engine_libs) $(base_libs)
tests_engine_test_attach_LDADD = $(harness_libs) $(engine_libs) $(base_libs)
tests_engine_test_policy_LDADD = $(sample_libs) $(harness_libs) \
	$(engine_libs) $(base_libs)

# tests/engine/local.mk - the tests of src/engine: by the program, on a server.

engine_tests = \
	tests/engine/test_append \
	tests/engine/test_attach \
	tests/engine/test_engine \
	tests/engine/test_hostile \
	tests/engine/test_lead \
	tests/engine/test_policy \
	tests/engine/test_retry \
	tests/engine/test_reviewed \
	tests/engine/test_secrets \
	tests/engine/test_signed \
	tests/engine/test_stopping \
	tests/engine/test_window
check_PROGRAMS += $(engine_tests)
TESTS += $(engine_tests)

tests_engine_test_engine_LDADD = $(harness_libs) $(engine_libs) $(base_libs)
check_LIBRARIES += tests/engine/libperson.a
tests_engine_libperson_a_SOURCES = tests/engine/person.c tests/engine/person.h
tests_engine_test_hostile_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_retry_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_lead_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_reviewed_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_secrets_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_signed_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_append_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_attach_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_stopping_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_window_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_engine_test_policy_LDADD = $(sample_libs) $(harness_libs) \
	$(engine_libs) $(base_libs)

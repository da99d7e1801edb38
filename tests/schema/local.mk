# tests/schema/local.mk - the tests of src/schema.

schema_tests = \
	tests/schema/test_cases \
	tests/schema/test_normalise
check_PROGRAMS += $(schema_tests)
TESTS += $(schema_tests)

schema_test_libs = $(harness_libs) $(schema_libs) $(postgres_libs) $(base_libs)
tests_schema_test_cases_SOURCES = tests/schema/test_cases.c \
	tests/schema/schemas.c tests/schema/schemas.h
tests_schema_test_cases_LDADD = $(schema_test_libs)
tests_schema_test_normalise_LDADD = $(schema_test_libs)

EXTRA_DIST += tests/schema/cases

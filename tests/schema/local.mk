# tests/schema/local.mk - the tests of src/schema.

schema_tests = \
	tests/schema/test_cases \
	tests/schema/test_costs \
	tests/schema/test_drift \
	tests/schema/test_edges \
	tests/schema/test_expected \
	tests/schema/test_normalise \
	tests/schema/test_platform \
	tests/schema/test_properties \
	tests/schema/test_read \
	tests/schema/test_snapshot
check_PROGRAMS += $(schema_tests)
TESTS += $(schema_tests)

check_LIBRARIES += tests/schema/libschemas.a
tests_schema_libschemas_a_SOURCES = \
	tests/schema/cases.c tests/schema/cases.h \
	tests/schema/schemas.c tests/schema/schemas.h

schema_test_libs = tests/schema/libschemas.a $(harness_libs) $(schema_libs) \
	$(postgres_libs) $(base_libs)
tests_schema_test_cases_SOURCES = tests/schema/test_cases.c \
	tests/schema/matrix.c tests/schema/matrix.h
tests_schema_test_cases_LDADD = $(schema_test_libs)
tests_schema_test_costs_LDADD = $(schema_test_libs)
tests_schema_test_drift_LDADD = $(schema_test_libs)
tests_schema_test_edges_LDADD = $(schema_test_libs)
tests_schema_test_expected_LDADD = $(schema_test_libs)
tests_schema_test_platform_LDADD = $(schema_test_libs)
tests_schema_test_normalise_LDADD = $(schema_test_libs)
tests_schema_test_properties_SOURCES = tests/schema/test_properties.c \
	tests/schema/random/pair.c tests/schema/random/pair.h \
	tests/schema/random/parts.c tests/schema/random/rest.c \
	tests/schema/random/tables.c tests/schema/random/types.c \
	tests/schema/random/world.c tests/schema/random/world.h
tests_schema_test_properties_LDADD = $(schema_test_libs)
tests_schema_test_read_LDADD = $(schema_test_libs)
tests_schema_test_snapshot_LDADD = $(schema_test_libs)

EXTRA_DIST += tests/schema/cases tests/schema/every_kind.sql

# Ten thousand random pairs take hours: "make check" tries a few.  Settings are
# those of tests/schema/test_properties.c.
PROPERTY_PAIRS = 10000
.PHONY: check-properties
check-properties: tests/schema/test_properties
	$(AM_TESTS_ENVIRONMENT) PROPERTY_PAIRS=$(PROPERTY_PAIRS) \
		PROPERTY_SEED=$(or $(PROPERTY_SEED),$$(date +%s)) PROPERTY_SHARD=$(PROPERTY_SHARD) \
		PROPERTY_DUMPS=$(PROPERTY_DUMPS) \
		CMOCKA_MESSAGE_OUTPUT=STDOUT tests/schema/test_properties

clean-local: clean-properties
.PHONY: clean-properties
clean-properties:
	-rm -rf properties

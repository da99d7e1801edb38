# tests/wire/local.mk - the tests of src/wire.

wire_tests = tests/wire/test_wire
check_PROGRAMS += $(wire_tests)
TESTS += $(wire_tests)

tests_wire_test_wire_LDADD = $(sample_libs) $(harness_libs) $(wire_libs) \
	$(base_libs)

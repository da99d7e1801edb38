# tests/approval/local.mk - the tests of src/approval.

approval_tests = tests/approval/test_approval
check_PROGRAMS += $(approval_tests)
TESTS += $(approval_tests)

tests_approval_test_approval_LDADD = $(sample_libs) $(harness_libs) \
	$(approval_libs) $(base_libs)

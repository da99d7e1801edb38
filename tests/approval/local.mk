# tests/approval/local.mk - the tests of src/approval.

approval_tests = \
	tests/approval/test_approval \
	tests/approval/test_decision \
	tests/approval/test_evidence \
	tests/approval/test_request \
	tests/approval/test_review_evidence
check_PROGRAMS += $(approval_tests)
TESTS += $(approval_tests)

check_LIBRARIES += tests/approval/libbundle.a
tests_approval_libbundle_a_SOURCES = tests/approval/bundle.c \
	tests/approval/bundle.h

tests_approval_test_approval_LDADD = $(sample_libs) $(harness_libs) \
	$(approval_libs) $(base_libs)
tests_approval_test_decision_LDADD = $(sample_libs) $(harness_libs) \
	$(approval_libs) $(base_libs)
tests_approval_test_evidence_LDADD = tests/approval/libbundle.a \
	$(sample_libs) $(harness_libs) $(approval_libs) $(base_libs)
tests_approval_test_request_LDADD = $(sample_libs) $(harness_libs) \
	$(approval_libs) $(base_libs)
tests_approval_test_review_evidence_LDADD = tests/approval/libbundle.a \
	$(sample_libs) $(harness_libs) $(approval_libs) $(base_libs)

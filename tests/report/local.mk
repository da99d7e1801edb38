# tests/report/local.mk - the tests of src/report.

report_tests = tests/report/test_report
check_PROGRAMS += $(report_tests)
TESTS += $(report_tests)
tests_report_test_report_LDADD = $(sample_libs) $(harness_libs) \
	$(report_libs) $(run_libs) $(base_libs)

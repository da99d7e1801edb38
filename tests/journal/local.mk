# tests/journal/local.mk - the tests of src/journal.

journal_tests = \
	tests/journal/test_append \
	tests/journal/test_artifact \
	tests/journal/test_faults \
	tests/journal/test_read
check_PROGRAMS += $(journal_tests)
TESTS += $(journal_tests)

journal_test_libs = $(harness_libs) $(journal_libs) $(base_libs)
tests_journal_test_append_LDADD = $(journal_test_libs)
tests_journal_test_artifact_LDADD = $(journal_test_libs)
tests_journal_test_faults_LDADD = $(failfs_libs) $(journal_test_libs)
tests_journal_test_read_LDADD = $(journal_test_libs)

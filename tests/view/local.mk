# tests/view/local.mk - the tests of src/view, and a run played to the screen.

check_LIBRARIES += tests/view/libstage.a
tests_view_libstage_a_SOURCES = tests/view/stage.c tests/view/stage.h

view_tests = \
	tests/view/test_answers \
	tests/view/test_canvas \
	tests/view/test_keys \
	tests/view/test_screens \
	tests/view/test_signing
check_PROGRAMS += $(view_tests)
TESTS += $(view_tests)

view_test_libs = tests/view/libstage.a $(sample_libs) $(harness_libs) \
	$(view_libs) $(wire_libs) $(runbook_libs) $(postgres_libs) $(base_libs)
tests_view_test_answers_SOURCES = tests/view/test_answers.c tests/view/acting.h
tests_view_test_answers_LDADD = $(view_test_libs)
tests_view_test_canvas_LDADD = $(view_test_libs)
tests_view_test_keys_SOURCES = tests/view/test_keys.c tests/view/acting.h
tests_view_test_keys_LDADD = $(view_test_libs)
tests_view_test_screens_LDADD = $(view_test_libs)
tests_view_test_signing_SOURCES = tests/view/test_signing.c tests/view/acting.h
tests_view_test_signing_LDADD = $(view_test_libs)

# tests/tui/local.mk - the tests of src/tui.

tui_tests = tests/tui/test_theme
check_PROGRAMS += $(tui_tests)
TESTS += $(tui_tests)

tests_tui_test_theme_LDADD = $(harness_libs) $(tui_libs) $(postgres_libs) \
	$(run_libs) $(base_libs)

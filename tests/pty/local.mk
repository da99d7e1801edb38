# tests/pty/local.mk - tests of whole programs on a terminal.

check_PROGRAMS += tests/pty/play
tests_pty_play_LDADD = $(sample_libs) $(harness_libs) $(tui_libs) \
	$(postgres_libs) $(base_libs)

pty_tests = tests/pty/test_tui tests/pty/test_window
check_PROGRAMS += $(pty_tests)
TESTS += $(pty_tests)
tests_pty_test_tui_LDADD = $(harness_libs) $(run_libs) $(base_libs)
tests_pty_test_window_LDADD = $(harness_libs) $(base_libs)

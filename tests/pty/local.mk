# tests/pty/local.mk - tests of whole programs on a terminal.

check_PROGRAMS += tests/pty/play
tests_pty_play_LDADD = $(sample_libs) $(harness_libs) $(tui_libs) \
	$(postgres_libs) $(base_libs)

pty_tests = tests/pty/test_demo_trouble tests/pty/test_signed_window tests/pty/test_tui \
	tests/pty/test_window
check_PROGRAMS += $(pty_tests)
TESTS += $(pty_tests)
tests_pty_test_demo_trouble_LDADD = tests/engine/libperson.a $(harness_libs) \
	$(engine_libs) $(base_libs)
tests_pty_test_tui_LDADD = $(harness_libs) $(run_libs) $(base_libs)
tests_pty_test_window_LDADD = $(harness_libs) $(base_libs)
tests_pty_test_signed_window_SOURCES = tests/pty/test_signed_window.c \
	src/cli/demo_shop.c src/cli/demo_shop.h \
	src/cli/scratch_server.c src/cli/scratch_server.h
tests_pty_test_signed_window_LDADD = tests/cli/libprogram.a \
	tests/engine/libperson.a $(harness_libs) $(engine_libs) $(base_libs)

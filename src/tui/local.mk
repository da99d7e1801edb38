# src/tui/local.mk - the ncurses front end.

noinst_LIBRARIES += src/tui/libtui.a
src_tui_libtui_a_SOURCES = \
	src/tui/screen.c src/tui/screen.h \
	src/tui/term.c src/tui/term.h \
	src/tui/terminfo.c src/tui/terminfo.h \
	src/tui/theme.c src/tui/theme.h \
	src/tui/tui.c src/tui/tui.h

tui_libs = src/tui/libtui.a $(view_libs) $(wire_libs) $(runbook_libs) \
	$(NCURSES_LIBS)

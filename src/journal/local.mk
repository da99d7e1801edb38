# src/journal/local.mk - append-only records and artifacts.

noinst_LIBRARIES += src/journal/libjournal.a
src_journal_libjournal_a_SOURCES = \
	src/journal/append.c src/journal/append.h \
	src/journal/artifact.c src/journal/artifact.h \
	src/journal/line.c src/journal/line.h \
	src/journal/read.c src/journal/read.h

journal_libs = src/journal/libjournal.a

# src/cli/local.mk - the program pgrunbook: a file per command.

bin_PROGRAMS += pgrunbook
pgrunbook_SOURCES = \
	src/cli/command.h src/cli/commands.def \
	src/cli/help.c src/cli/help.h \
	src/cli/main.c \
	src/cli/options.c src/cli/options.def src/cli/options.h \
	src/cli/report.c \
	src/cli/runs.c \
	src/cli/verify.c
pgrunbook_LDADD = $(report_libs) $(run_libs) $(base_libs)

# src/cli/local.mk - the program pgrunbook: a file per command.

bin_PROGRAMS += pgrunbook
pgrunbook_SOURCES = \
	src/cli/approve.c \
	src/cli/command.h src/cli/commands.def \
	src/cli/complete.c \
	src/cli/diff.c \
	src/cli/help.c src/cli/help.h \
	src/cli/link.c src/cli/link.h \
	src/cli/lint.c \
	src/cli/main.c \
	src/cli/options.c src/cli/options.def src/cli/options.h \
	src/cli/params.c src/cli/params.h \
	src/cli/plan.c \
	src/cli/report.c \
	src/cli/runs.c \
	src/cli/side.c src/cli/side.h \
	src/cli/snapshot.c \
	src/cli/terminal.c src/cli/terminal.h \
	src/cli/verify.c
pgrunbook_LDADD = $(report_libs) $(wire_libs) $(steps_libs) $(schema_libs) \
	$(approval_libs) $(run_libs) $(runbook_libs) $(postgres_libs) \
	$(base_libs)

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completion/pgrunbook

# src/cli/local.mk - the program pgrunbook: a file per command.

bin_PROGRAMS += pgrunbook
pgrunbook_SOURCES = \
	src/cli/approve.c \
	src/cli/command.h src/cli/commands.def \
	src/cli/complete.c \
	src/cli/data.c src/cli/data.h \
	src/cli/database.c src/cli/database.h \
	src/cli/demo.c \
	src/cli/demo_shop.c src/cli/demo_shop.h \
	src/cli/demo_trouble.c src/cli/demo_trouble.h \
	src/cli/desk.c src/cli/desk.h \
	src/cli/diff.c \
	src/cli/export.c \
	src/cli/draft.c src/cli/draft.h src/cli/draft_yaml.c \
	src/cli/exercised.c \
	src/cli/front.c src/cli/front.h \
	src/cli/guard_ci.c \
	src/cli/help.c src/cli/help.h \
	src/cli/import.c \
	src/cli/link.c src/cli/link.h \
	src/cli/lint.c \
	src/cli/main.c \
	src/cli/migrations.c \
	src/cli/new.c \
	src/cli/options.c src/cli/options.def src/cli/options.h \
	src/cli/params.c src/cli/params.h \
	src/cli/picker.c src/cli/picker.h \
	src/cli/plan.c \
	src/cli/progress.c src/cli/progress.h \
	src/cli/prose.c src/cli/prose.h \
	src/cli/prose_front.c src/cli/prose_front.h \
	src/cli/prose_words.c src/cli/prose_words.h \
	src/cli/report.c \
	src/cli/review.c \
	src/cli/rollback.c \
	src/cli/run.c \
	src/cli/runs.c \
	src/cli/schema.c \
	src/cli/scratch_server.c src/cli/scratch_server.h \
	src/cli/shadow.c src/cli/shadow.h \
	src/cli/shown.c src/cli/shown.h \
	src/cli/side.c src/cli/side.h \
	src/cli/snapshot.c \
	src/cli/start.c src/cli/start.h \
	src/cli/stream.c src/cli/stream.h \
	src/cli/terminal.c src/cli/terminal.h \
	src/cli/verify.c
pgrunbook_LDADD = $(tui_libs) $(report_libs) $(engine_libs) $(run_libs) \
	$(base_libs) $(YAML_LIBS) $(CMARK_LIBS)

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completion/pgrunbook

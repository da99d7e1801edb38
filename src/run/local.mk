# src/run/local.mk - events, the fold, the run's folder.

noinst_LIBRARIES += src/run/librun.a
src_run_librun_a_SOURCES = \
	src/run/decision.c src/run/decision.h \
	src/run/error.c \
	src/run/event.c src/run/event.h src/run/event.def src/run/intent.def \
	src/run/fold.h \
	src/run/fold_attempt.c \
	src/run/fold_open.c \
	src/run/fold_review.c \
	src/run/fold_run.c \
	src/run/fold_step.c \
	src/run/folder.c src/run/folder.h \
	src/run/prospect.c src/run/prospect.h \
	src/run/read.c src/run/read.h \
	src/run/run.c src/run/run.h \
	src/run/state.c src/run/state.h \
	src/run/timeline.c src/run/timeline.h \
	src/run/verify.c src/run/verify.h

run_libs = src/run/librun.a $(journal_libs)

# src/steps/local.mk - the kinds of steps, one file each.

noinst_LIBRARIES += src/steps/libsteps.a
src_steps_libsteps_a_SOURCES = \
	src/steps/append.c \
	src/steps/ask.c src/steps/ask.h \
	src/steps/attempt.c src/steps/attempt.h \
	src/steps/backfill.c \
	src/steps/backup.c \
	src/steps/books.c src/steps/books.h \
	src/steps/choose.c \
	src/steps/counts.c \
	src/steps/danger.c src/steps/danger.h \
	src/steps/drift.c \
	src/steps/dump.c src/steps/dump.h \
	src/steps/expect.c src/steps/expect.h \
	src/steps/freeze.c \
	src/steps/grid.c src/steps/grid.h \
	src/steps/guard.c \
	src/steps/hashing.c \
	src/steps/history.c src/steps/history.h \
	src/steps/history_resolve.c \
	src/steps/history_write.c \
	src/steps/http.c \
	src/steps/include.c \
	src/steps/kind.c src/steps/kind.h src/steps/kind.def \
	src/steps/manifest.c src/steps/manifest.h \
	src/steps/manual.c \
	src/steps/migrate.c src/steps/migrate.h \
	src/steps/migrate_apply.c \
	src/steps/migrate_begun.c \
	src/steps/migration_status.c \
	src/steps/output.c \
	src/steps/plan.c src/steps/plan.h \
	src/steps/private.h \
	src/steps/prune.c \
	src/steps/reconcile.c src/steps/reconcile.h \
	src/steps/reconciliation.c src/steps/reconciliation.h \
	src/steps/rehearsed.c \
	src/steps/reset.c \
	src/steps/restore.c \
	src/steps/retention.c src/steps/retention.h \
	src/steps/review.c \
	src/steps/run.c \
	src/steps/session.c \
	src/steps/snapshot.c \
	src/steps/spec.c src/steps/spec.h \
	src/steps/sql.c \
	src/steps/statements.c src/steps/statements.h \
	src/steps/transaction.c \
	src/steps/transfer.c src/steps/transfer.h \
	src/steps/tripwire.c \
	src/steps/wait.c \
	src/steps/watch.c

steps_libs = src/steps/libsteps.a $(CURL_LIBS)

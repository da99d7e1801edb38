# src/postgres/local.mk - sessions, identity and SQL text.

noinst_LIBRARIES += src/postgres/libpostgres.a
src_postgres_libpostgres_a_SOURCES = \
	src/postgres/alter.c src/postgres/alter.def \
	src/postgres/async.c \
	src/postgres/calls.def \
	src/postgres/cancel.c \
	src/postgres/classify.c src/postgres/classify.h \
	src/postgres/command.c \
	src/postgres/drops.def \
	src/postgres/environment.c src/postgres/environment.h \
	src/postgres/functions.def \
	src/postgres/identity.c src/postgres/identity.h \
	src/postgres/locks.c src/postgres/locks.h \
	src/postgres/look.c src/postgres/look.h \
	src/postgres/look_query.c \
	src/postgres/outcome.c src/postgres/outcome.h \
	src/postgres/outcome_private.h \
	src/postgres/placeholder.h \
	src/postgres/pipeline.c src/postgres/pipeline.h \
	src/postgres/poller.c src/postgres/poller.h \
	src/postgres/pooler.c src/postgres/pooler.h \
	src/postgres/probe.c \
	src/postgres/progress.c src/postgres/progress.h \
	src/postgres/resolve.c src/postgres/resolve.h \
	src/postgres/scan.c \
	src/postgres/session.c src/postgres/session.h \
	src/postgres/session_private.h \
	src/postgres/settings.c src/postgres/settings.h \
	src/postgres/silence.c \
	src/postgres/sql.c src/postgres/sql.h \
	src/postgres/statements.def \
	src/postgres/target.c src/postgres/target.h \
	src/postgres/value.c

postgres_libs = src/postgres/libpostgres.a $(LIBPQ_LIBS) $(PG_QUERY_LIBS)

# src/postgres/local.mk - sessions, identity and SQL text.

noinst_LIBRARIES += src/postgres/libpostgres.a
src_postgres_libpostgres_a_SOURCES = \
	src/postgres/async.c \
	src/postgres/cancel.c \
	src/postgres/command.c \
	src/postgres/environment.c src/postgres/environment.h \
	src/postgres/locks.h \
	src/postgres/outcome.h \
	src/postgres/progress.h \
	src/postgres/resolve.c src/postgres/resolve.h \
	src/postgres/session.c src/postgres/session.h \
	src/postgres/session_private.h \
	src/postgres/target.c src/postgres/target.h \
	src/postgres/value.c

postgres_libs = src/postgres/libpostgres.a $(LIBPQ_LIBS) $(PG_QUERY_LIBS)

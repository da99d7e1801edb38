# tests/postgres/local.mk - the tests of src/postgres.

postgres_tests = \
	tests/postgres/test_identity \
	tests/postgres/test_locks \
	tests/postgres/test_loss \
	tests/postgres/test_outcome \
	tests/postgres/test_pipeline \
	tests/postgres/test_pooler \
	tests/postgres/test_probe \
	tests/postgres/test_session \
	tests/postgres/test_sql \
	tests/postgres/test_stream \
	tests/postgres/test_target \
	tests/postgres/test_tls
check_PROGRAMS += $(postgres_tests)
TESTS += $(postgres_tests)

postgres_test_libs = $(harness_libs) $(postgres_libs) $(base_libs)
tests_postgres_test_identity_SOURCES = tests/postgres/test_identity.c \
	tests/postgres/sessions.h
tests_postgres_test_identity_LDADD = $(postgres_test_libs)
tests_postgres_test_locks_SOURCES = tests/postgres/test_locks.c \
	tests/postgres/sessions.h
tests_postgres_test_locks_LDADD = $(postgres_test_libs)
tests_postgres_test_outcome_SOURCES = tests/postgres/test_outcome.c \
	tests/postgres/scene.h tests/postgres/sessions.h
tests_postgres_test_outcome_LDADD = $(postgres_test_libs)
tests_postgres_test_pipeline_SOURCES = tests/postgres/test_pipeline.c \
	tests/postgres/sessions.h
tests_postgres_test_pipeline_LDADD = $(postgres_test_libs)
tests_postgres_test_pooler_SOURCES = tests/postgres/test_pooler.c \
	tests/postgres/sessions.h
tests_postgres_test_pooler_LDADD = $(postgres_test_libs)
tests_postgres_test_probe_SOURCES = tests/postgres/test_probe.c \
	tests/postgres/scene.h tests/postgres/sessions.h
tests_postgres_test_probe_LDADD = $(postgres_test_libs)
tests_postgres_test_loss_SOURCES = tests/postgres/test_loss.c \
	tests/postgres/sessions.h
tests_postgres_test_loss_LDADD = $(postgres_test_libs)
tests_postgres_test_session_SOURCES = tests/postgres/test_session.c \
	tests/postgres/sessions.h
tests_postgres_test_session_LDADD = $(postgres_test_libs)
tests_postgres_test_sql_SOURCES = tests/postgres/test_sql.c \
	tests/postgres/classify.def
tests_postgres_test_sql_LDADD = $(postgres_test_libs)
tests_postgres_test_stream_SOURCES = tests/postgres/test_stream.c \
	tests/postgres/sessions.h
tests_postgres_test_stream_LDADD = $(postgres_test_libs)
tests_postgres_test_target_LDADD = $(postgres_test_libs)
tests_postgres_test_tls_LDADD = $(postgres_test_libs)

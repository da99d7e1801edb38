# tests/steps/local.mk - the tests of src/steps.

steps_tests = \
	tests/steps/test_backfill \
	tests/steps/test_append \
	tests/steps/test_backup \
	tests/steps/test_danger \
	tests/steps/test_migrate \
	tests/steps/test_progress \
	tests/steps/test_reconcile \
	tests/steps/test_reset \
	tests/steps/test_retention \
	tests/steps/test_run \
	tests/steps/test_session \
	tests/steps/test_sql \
	tests/steps/test_transfer \
	tests/steps/test_tripwire
check_PROGRAMS += $(steps_tests)
TESTS += $(steps_tests)

check_LIBRARIES += tests/steps/libstage.a
tests_steps_libstage_a_SOURCES = tests/steps/stage.c tests/steps/stage.h \
	tests/steps/migrations.h

steps_test_libs = tests/steps/libstage.a $(harness_libs) $(steps_libs) \
	$(schema_libs) $(approval_libs) $(runbook_libs) $(postgres_libs) \
	$(base_libs) -lpthread
tests_steps_test_backfill_LDADD = $(steps_test_libs)
tests_steps_test_append_LDADD = $(steps_test_libs)
tests_steps_test_backup_LDADD = $(steps_test_libs)
tests_steps_test_danger_LDADD = $(steps_test_libs)
tests_steps_test_migrate_LDADD = $(steps_test_libs)
tests_steps_test_progress_LDADD = $(steps_test_libs)
tests_steps_test_reconcile_LDADD = $(steps_test_libs)
tests_steps_test_reset_LDADD = $(steps_test_libs)
tests_steps_test_retention_LDADD = $(steps_test_libs)
tests_steps_test_run_LDADD = $(steps_test_libs)
tests_steps_test_session_LDADD = $(steps_test_libs)
tests_steps_test_transfer_LDADD = $(steps_test_libs)
tests_steps_test_tripwire_LDADD = $(steps_test_libs)
tests_steps_test_sql_LDADD = $(steps_test_libs)

# tests/cli/local.mk - the tests of src/cli.

cli_tests = \
	tests/cli/test_call \
	tests/cli/test_consent \
	tests/cli/test_demo \
	tests/cli/test_demo_shop \
	tests/cli/test_deployments \
	tests/cli/test_diff \
	tests/cli/test_guarded_migrations \
	tests/cli/test_guarded_walks \
	tests/cli/test_import \
	tests/cli/test_lint \
	tests/cli/test_manual \
	tests/cli/test_migrations \
	tests/cli/test_production \
	tests/cli/test_reconcile \
	tests/cli/test_recovery \
	tests/cli/test_refusals \
	tests/cli/test_shelf \
	tests/cli/test_sides \
	tests/cli/test_verify
check_PROGRAMS += $(cli_tests)
TESTS += $(cli_tests)

check_LIBRARIES += tests/cli/libprogram.a
tests_cli_libprogram_a_SOURCES = tests/cli/program.c tests/cli/program.h
shelf = tests/cli/shelf.c tests/cli/shelf.h
books = $(shelf) tests/cli/books.c tests/cli/books.h
keyring = tests/cli/keyring.c tests/cli/keyring.h
program_libs = tests/cli/libprogram.a $(harness_libs) $(base_libs)

tests_cli_test_demo_shop_SOURCES = tests/cli/test_demo_shop.c \
	src/cli/demo_shop.c src/cli/demo_shop.h \
	src/cli/scratch_server.c src/cli/scratch_server.h
tests_cli_test_demo_shop_LDADD = $(harness_libs) $(postgres_libs) $(base_libs)
tests_cli_test_manual_LDADD = $(harness_libs) $(base_libs)
tests_cli_test_diff_LDADD = $(harness_libs) $(base_libs)
tests_cli_test_call_LDADD = $(program_libs)
tests_cli_test_lint_LDADD = $(program_libs)
tests_cli_test_deployments_SOURCES = tests/cli/test_deployments.c $(shelf)
tests_cli_test_deployments_LDADD = $(program_libs)
tests_cli_test_guarded_migrations_SOURCES = tests/cli/test_guarded_migrations.c $(shelf)
tests_cli_test_guarded_migrations_LDADD = $(program_libs)
tests_cli_test_guarded_walks_SOURCES = tests/cli/test_guarded_walks.c $(books) $(keyring)
tests_cli_test_guarded_walks_LDADD = $(program_libs)
tests_cli_test_reconcile_SOURCES = tests/cli/test_reconcile.c $(shelf) $(keyring)
tests_cli_test_reconcile_LDADD = $(program_libs)
tests_cli_test_recovery_SOURCES = tests/cli/test_recovery.c $(shelf)
tests_cli_test_recovery_LDADD = $(program_libs)
tests_cli_test_consent_SOURCES = tests/cli/test_consent.c $(books) $(keyring)
tests_cli_test_consent_LDADD = $(program_libs)
tests_cli_test_refusals_SOURCES = tests/cli/test_refusals.c $(books)
tests_cli_test_refusals_LDADD = $(runbook_libs) $(postgres_libs) \
	$(program_libs)
tests_cli_test_shelf_SOURCES = tests/cli/test_shelf.c $(shelf)
tests_cli_test_shelf_LDADD = $(program_libs)
tests_cli_test_sides_SOURCES = tests/cli/test_sides.c \
	src/cli/scratch_server.c src/cli/scratch_server.h
tests_cli_test_sides_LDADD = $(program_libs)
tests_cli_test_production_SOURCES = tests/cli/test_production.c $(shelf) $(keyring)
tests_cli_test_production_LDADD = $(program_libs)
tests_cli_test_migrations_LDADD = $(program_libs)
tests_cli_test_import_LDADD = $(runbook_libs) $(postgres_libs) \
	$(program_libs)
EXTRA_DIST += tests/cli/prose
tests_cli_test_demo_LDADD = $(program_libs)
tests_cli_test_verify_LDADD = tests/approval/libbundle.a $(sample_libs) \
	$(program_libs) $(approval_libs) $(base_libs)

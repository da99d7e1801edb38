# tests/harness/local.mk - what the tests stand on.
#
# A test program tests/<room>/test_x links
#     tests_<room>_test_x_LDADD = $(harness_libs) <room>_libs... $(base_libs)

check_LIBRARIES += tests/harness/libharness.a
tests_harness_libharness_a_SOURCES = \
	tests/harness/cluster.c tests/harness/cluster.h \
	tests/harness/cluster_sql.c \
	tests/harness/golden.c tests/harness/golden.h \
	tests/harness/json_schema.c tests/harness/json_schema.h \
	tests/harness/keys.c tests/harness/keys.h \
	tests/harness/pooler.c tests/harness/pooler.h \
	tests/harness/replica.c tests/harness/replica.h \
	tests/harness/sql.c tests/harness/sql.h \
	tests/harness/terminal.c tests/harness/terminal.h \
	tests/harness/test.c tests/harness/test.h \
	tests/harness/web.c tests/harness/web.h
tests_harness_libharness_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTEST_DEFAULT_SRCDIR='"$(abs_top_srcdir)"' \
	-DTEST_DEFAULT_BUILDDIR='"$(abs_top_builddir)"'

harness_libs = tests/harness/libharness.a $(CMOCKA_LIBS) $(VTERM_LIBS) \
	$(LIBPQ_LIBS) -lutil -lpthread

harness_tests = tests/harness/test_cluster tests/harness/test_terminal
check_PROGRAMS += $(harness_tests)
TESTS += $(harness_tests)
tests_harness_test_cluster_LDADD = $(harness_libs) $(base_libs)
tests_harness_test_terminal_LDADD = $(harness_libs) $(base_libs)

EXTRA_DIST += tests/golden

# Those that compare with what is under tests/golden.
golden_tests = tests/engine/test_policy tests/harness/test_terminal \
	tests/view/test_screens

.PHONY: golden
golden:
	GOLDEN_UPDATE=1 $(MAKE) $(AM_MAKEFLAGS) check TESTS="$(golden_tests)"

clean-local: clean-cluster-template
.PHONY: clean-cluster-template
clean-cluster-template:
	-rm -rf tests/cluster-template-*

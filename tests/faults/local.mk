# tests/faults/local.mk - libraries that make system calls fail, for the tests.
#
# A unit test links $(failfs_objects); a whole program is started with
# LD_PRELOAD=$(abs_builddir)/tests/faults/failfs.so.

check_LIBRARIES += tests/faults/libfailfs.a
tests_faults_libfailfs_a_SOURCES = tests/faults/failfs.c tests/faults/failfs.h
failfs_libs = tests/faults/libfailfs.a -ldl

# Without sanitizers: it is loaded into programs that have none, too.
check_DATA += tests/faults/failfs.so
CLEANFILES += tests/faults/failfs.so
tests/faults/failfs.so: tests/faults/failfs.c tests/faults/failfs.h
	@$(MKDIR_P) $(@D)
	$(AM_V_CCLD)$(CC) $(DEFS) $(DEFAULT_INCLUDES) -include config.h \
		-I$(top_srcdir)/tests $(CPPFLAGS) $(OPTIMIZE) $(WARN_CFLAGS) \
		$(CFLAGS) -fPIC -shared -o $@ \
		$(top_srcdir)/tests/faults/failfs.c -ldl

# A wall clock that is set back an hour under a running program.
check_DATA += tests/faults/setback.so
CLEANFILES += tests/faults/setback.so
EXTRA_DIST += tests/faults/setback.c
tests/faults/setback.so: tests/faults/setback.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CCLD)$(CC) $(DEFS) $(DEFAULT_INCLUDES) -include config.h \
		$(CPPFLAGS) $(OPTIMIZE) $(WARN_CFLAGS) $(CFLAGS) -fPIC \
		-shared -o $@ $(top_srcdir)/tests/faults/setback.c -ldl

# Whole runs on a real server, and what befalls them.
check_LIBRARIES += tests/faults/libstage.a
tests_faults_libstage_a_SOURCES = tests/faults/stage.c tests/faults/stage.h \
	tests/faults/findings.c tests/faults/findings.h \
	tests/faults/inflict.c tests/faults/inflict.h \
	tests/faults/judge.c tests/faults/judge.h \
	tests/faults/proxy.c tests/faults/proxy.h \
	tests/faults/window.c tests/faults/window.h

fault_tests = \
	tests/faults/test_commands \
	tests/faults/test_demo_window \
	tests/faults/test_lines \
	tests/faults/test_migrations \
	tests/faults/test_moments \
	tests/faults/test_run \
	tests/faults/test_server
check_PROGRAMS += $(fault_tests)
TESTS += $(fault_tests)
fault_test_libs = tests/faults/libstage.a $(harness_libs) $(engine_libs) \
	$(base_libs)
tests_faults_test_commands_LDADD = $(fault_test_libs)
tests_faults_test_demo_window_SOURCES = tests/faults/test_demo_window.c \
	tests/faults/demo.c src/cli/demo_shop.c src/cli/demo_shop.h \
	src/cli/scratch_server.h
tests_faults_test_demo_window_LDADD = $(fault_test_libs)
tests_faults_test_lines_LDADD = $(fault_test_libs)
tests_faults_test_migrations_LDADD = $(fault_test_libs)
tests_faults_test_moments_LDADD = $(fault_test_libs)
tests_faults_test_run_LDADD = $(fault_test_libs)
tests_faults_test_server_LDADD = $(fault_test_libs)

# At each point instead of some, summed up; see sweep.sh for how to share it
# out, and findings.h for what is counted.
EXTRA_DIST += tests/faults/sweep.sh
.PHONY: check-faults
check-faults: $(fault_tests) $(check_DATA) pgrunbook-engine pgrunbook
	@$(AM_TESTS_ENVIRONMENT) \
	sh $(srcdir)/tests/faults/sweep.sh tests/faults/swept \
		once:tests/faults/test_commands once:tests/faults/test_lines \
		once:tests/faults/test_migrations once:tests/faults/test_server \
		tests/faults/test_run tests/faults/test_moments \
		tests/faults/test_demo_window
clean-local: clean-swept
.PHONY: clean-swept
clean-swept:
	rm -rf tests/faults/swept

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

# tests/harness/local.mk - what the tests stand on.
#
# A test program tests/<room>/test_x links
#     tests_<room>_test_x_LDADD = $(harness_libs) <room>_libs... $(base_libs)

check_LIBRARIES += tests/harness/libharness.a
tests_harness_libharness_a_SOURCES = \
	tests/harness/test.c tests/harness/test.h
tests_harness_libharness_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DTEST_DEFAULT_SRCDIR='"$(abs_top_srcdir)"' \
	-DTEST_DEFAULT_BUILDDIR='"$(abs_top_builddir)"'

harness_libs = tests/harness/libharness.a $(CMOCKA_LIBS) $(VTERM_LIBS)

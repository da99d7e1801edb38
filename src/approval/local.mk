# src/approval/local.mk - digests, and who may sign what.

noinst_LIBRARIES += src/approval/libapproval.a
src_approval_libapproval_a_SOURCES = \
	src/approval/approval.c src/approval/approval.h \
	src/approval/prepared.c \
	src/approval/rule.c

approval_libs = src/approval/libapproval.a $(run_libs)

# src/approval/local.mk - digests, and who may sign what.

noinst_LIBRARIES += src/approval/libapproval.a
src_approval_libapproval_a_SOURCES = \
	src/approval/accept.c src/approval/accept.h \
	src/approval/approval.c src/approval/approval.h \
	src/approval/armour.c src/approval/armour.h \
	src/approval/closing.c src/approval/closing.h \
	src/approval/decision.c src/approval/decision.h \
	src/approval/evidence.c src/approval/evidence.h \
	src/approval/keygen.c src/approval/keygen.h \
	src/approval/prepared.c \
	src/approval/request.c src/approval/request.h \
	src/approval/request_open.c src/approval/request_private.h \
	src/approval/rule.c \
	src/approval/statement.c src/approval/statement.h

approval_libs = src/approval/libapproval.a $(run_libs)

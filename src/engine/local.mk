# src/engine/local.mk - the engine: a library, and the program of its own.

noinst_LIBRARIES += src/engine/libengine.a
src_engine_libengine_a_SOURCES = \
	src/engine/create.c src/engine/create.h \
	src/engine/engine.c src/engine/engine.h \
	src/engine/evidence.c \
	src/engine/failure.c \
	src/engine/gate.c \
	src/engine/intent.h \
	src/engine/intent_lead.c \
	src/engine/intent_review.c \
	src/engine/intents.c \
	src/engine/launch.c src/engine/launch.h \
	src/engine/notify.c \
	src/engine/open.c \
	src/engine/options.c src/engine/options.h \
	src/engine/plan.c \
	src/engine/policy.c \
	src/engine/private.h \
	src/engine/signed.c \
	src/engine/step.c \
	src/engine/targets.c \
	src/engine/tell.c \
	src/engine/values.c \
	src/engine/window.c

# All that a program with an engine in it links.
engine_libs = src/engine/libengine.a $(steps_libs) $(schema_libs) \
	$(approval_libs) $(wire_libs) $(runbook_libs) $(postgres_libs)

pkglibexec_PROGRAMS += pgrunbook-engine
pgrunbook_engine_SOURCES = src/engine/main.c
pgrunbook_engine_LDADD = $(engine_libs) $(base_libs)

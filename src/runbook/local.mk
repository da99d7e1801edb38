# src/runbook/local.mk - what is built from this folder (see Makefile.am).

# A program that loads runbooks links postgres_libs behind these.
noinst_LIBRARIES += src/runbook/librunbook.a
src_runbook_librunbook_a_SOURCES = \
	src/runbook/bind.c \
	src/runbook/bind.h \
	src/runbook/bind_schema.c \
	src/runbook/env_file.c \
	src/runbook/finish.c \
	src/runbook/include.c \
	src/runbook/keys.c \
	src/runbook/keys.h \
	src/runbook/kind.h \
	src/runbook/lint.c \
	src/runbook/lint.h \
	src/runbook/load.c \
	src/runbook/load.h \
	src/runbook/loader.h \
	src/runbook/model.c \
	src/runbook/model.h \
	src/runbook/names.c \
	src/runbook/node.c \
	src/runbook/node.h \
	src/runbook/node_json.c \
	src/runbook/param.c \
	src/runbook/policy.c \
	src/runbook/schema.c \
	src/runbook/secret.c \
	src/runbook/setting.c \
	src/runbook/step.c \
	src/runbook/step_id.c \
	src/runbook/values.c \
	src/runbook/values.h \
	src/runbook/when.c \
	src/runbook/when.h

runbook_libs = src/runbook/librunbook.a $(YAML_LIBS)

# For editors; "make golden" writes it from the tables of keys.
dist_pkgdata_DATA += runbook.schema.json

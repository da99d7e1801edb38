# src/runbook/local.mk - what is built from this folder (see Makefile.am).

noinst_LIBRARIES += src/runbook/librunbook.a
src_runbook_librunbook_a_SOURCES = \
	src/runbook/bind.c src/runbook/bind.h \
	src/runbook/bind_schema.c \
	src/runbook/env_file.c \
	src/runbook/kind.h \
	src/runbook/lint.c src/runbook/lint.h \
	src/runbook/node.c src/runbook/node.h \
	src/runbook/node_json.c \
	src/runbook/values.c src/runbook/values.h \
	src/runbook/when.c src/runbook/when.h

runbook_libs = src/runbook/librunbook.a $(YAML_LIBS)

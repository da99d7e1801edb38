# tests/fuzz/local.mk - fuzz targets; "make check" replays their corpora.
#
# A target fuzz_x has its source fuzz_x.c, its corpus in corpus/x/, what it
# links in fuzz_x_libs, and the rooms it stands on in fuzz_x_rooms; of a room
# that is a program, the files in fuzz_x_files.

fuzz_targets = \
	tests/fuzz/fuzz_approval \
	tests/fuzz/fuzz_journal \
	tests/fuzz/fuzz_printable \
	tests/fuzz/fuzz_prose \
	tests/fuzz/fuzz_redact \
	tests/fuzz/fuzz_wire \
	tests/fuzz/fuzz_yaml
check_PROGRAMS += $(fuzz_targets)
TESTS += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/corpus

fuzz_replay = tests/fuzz/replay.c tests/fuzz/fuzz.h

fuzz_approval_rooms = approval run runbook postgres journal base
fuzz_approval_libs = $(approval_libs)
tests_fuzz_fuzz_approval_SOURCES = tests/fuzz/fuzz_approval.c $(fuzz_replay)
tests_fuzz_fuzz_approval_LDADD = $(fuzz_approval_libs) $(base_libs)

fuzz_journal_rooms = journal base
fuzz_journal_libs = $(journal_libs) $(base_libs)
tests_fuzz_fuzz_journal_SOURCES = tests/fuzz/fuzz_journal.c $(fuzz_replay)
tests_fuzz_fuzz_journal_LDADD = $(fuzz_journal_libs)

fuzz_printable_rooms = base
fuzz_printable_libs = $(base_libs)
tests_fuzz_fuzz_printable_SOURCES = tests/fuzz/fuzz_printable.c $(fuzz_replay)
tests_fuzz_fuzz_printable_LDADD = $(fuzz_printable_libs)

fuzz_prose_rooms = steps schema schema/kinds approval run journal runbook postgres base
fuzz_prose_files = src/cli/draft.c src/cli/draft_yaml.c src/cli/prose.c \
	src/cli/prose_front.c src/cli/prose_words.c
fuzz_prose_libs = $(engine_libs) $(run_libs) $(base_libs) $(YAML_LIBS) \
	$(CMARK_LIBS)
tests_fuzz_fuzz_prose_SOURCES = tests/fuzz/fuzz_prose.c $(fuzz_replay) \
	$(fuzz_prose_files)
tests_fuzz_fuzz_prose_LDADD = $(fuzz_prose_libs)

fuzz_redact_rooms = base
fuzz_redact_libs = $(base_libs)
tests_fuzz_fuzz_redact_SOURCES = tests/fuzz/fuzz_redact.c $(fuzz_replay)
tests_fuzz_fuzz_redact_LDADD = $(fuzz_redact_libs)

fuzz_wire_rooms = wire approval run runbook postgres journal base
fuzz_wire_libs = $(wire_libs) $(approval_libs) $(base_libs)
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c $(fuzz_replay)
tests_fuzz_fuzz_wire_LDADD = $(fuzz_wire_libs)

fuzz_yaml_rooms = runbook postgres base
fuzz_yaml_libs = $(runbook_libs) $(postgres_libs) $(base_libs)
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c $(fuzz_replay)
tests_fuzz_fuzz_yaml_LDADD = $(fuzz_yaml_libs)

# Searches FUZZ_SECONDS on each target; what it finds it leaves in fuzz/.  The
# rooms that a target stands on are compiled anew, with clang, so that
# libFuzzer sees which way they go.
FUZZ_SECONDS = 60
FUZZ_FLAGS = -g -O1 -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined
fuzz_link = $(UV_LIBS) $(JANSSON_LIBS) $(TALLOC_LIBS) $(CRYPTO_LIBS) \
	$(YAML_LIBS) $(LIBPQ_LIBS) $(PG_QUERY_LIBS) $(CURL_LIBS) \
	$(CMARK_LIBS)

.PHONY: fuzz
fuzz: $(fuzz_targets:tests/fuzz/%=search-%)

search-%:
	@test '$(FUZZ_CC)' != no || { echo 'make fuzz needs clang' >&2; exit 1; }
	@$(MKDIR_P) fuzz/corpus-$*
	$(FUZZ_CC) -std=gnu11 $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) \
		$(FUZZ_FLAGS) -o fuzz/$* $(srcdir)/tests/fuzz/$*.c \
		$(foreach room,$($*_rooms),$(srcdir)/src/$(room)/*.c) \
		$(addprefix $(srcdir)/,$($*_files)) $(fuzz_link)
	UBSAN_OPTIONS=print_stacktrace=1 fuzz/$* \
		-max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
		-artifact_prefix=fuzz/ fuzz/corpus-$* \
		$(srcdir)/tests/fuzz/corpus/$(*:fuzz_%=%)

clean-local: clean-fuzz
.PHONY: clean-fuzz
clean-fuzz:
	-rm -rf fuzz

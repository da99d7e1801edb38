# src/base/local.mk - the room that every other stands on.

noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/arena.c src/base/arena.h \
	src/base/child.c src/base/child.h \
	src/base/guard.c src/base/guard.h \
	src/base/clock.c src/base/clock.h \
	src/base/error.c src/base/error.h \
	src/base/file.c src/base/file.h \
	src/base/hash.c src/base/hash.h \
	src/base/json.c src/base/json.h \
	src/base/loop.c src/base/loop.h \
	src/base/macros.h \
	src/base/memory.c src/base/memory.h \
	src/base/redact.c src/base/redact.h \
	src/base/redact_pattern.c src/base/redact_private.h \
	src/base/path.c \
	src/base/spawn.c src/base/spawn.h \
	src/base/str.c src/base/str.h \
	src/base/thread.c src/base/thread.h \
	src/base/utf8.c

base_libs = src/base/libbase.a $(UV_LIBS) $(JANSSON_LIBS) $(TALLOC_LIBS) \
	$(CRYPTO_LIBS)

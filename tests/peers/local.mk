# tests/peers/local.mk - beside the real Prisma and Supabase: make check-peers
#
# Not part of "make check": it installs both from npm, and takes minutes.

EXTRA_DIST += \
	tests/peers/check-peers \
	tests/peers/package.json \
	tests/peers/prisma.sh \
	tests/peers/schema-engine-shim.mjs \
	tests/peers/supabase-prelude.sql \
	tests/peers/supabase.sh \
	tests/peers/write-migrations.mjs

.PHONY: check-peers
check-peers: pgrunbook
	$(top_srcdir)/tests/peers/check-peers $(abs_top_builddir)/pgrunbook peers

clean-local: clean-peers
.PHONY: clean-peers
clean-peers:
	-rm -rf peers

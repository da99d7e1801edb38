# src/wire/local.mk - the socket between engine and front ends.

noinst_LIBRARIES += src/wire/libwire.a
src_wire_libwire_a_SOURCES = \
	src/wire/client.c src/wire/client.h \
	src/wire/peer.c src/wire/peer.h \
	src/wire/server.c src/wire/server.h \
	src/wire/socket.c src/wire/socket.h

wire_libs = src/wire/libwire.a $(approval_libs)

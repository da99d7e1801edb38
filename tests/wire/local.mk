# tests/wire/local.mk - the tests of src/wire.

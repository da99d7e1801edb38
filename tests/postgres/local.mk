# tests/postgres/local.mk - the tests of src/postgres.

# tests/schema/local.mk - the tests of src/schema.

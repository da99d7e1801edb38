# tests/run/local.mk - the tests of src/run.

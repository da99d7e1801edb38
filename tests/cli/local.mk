# tests/cli/local.mk - the tests of src/cli.

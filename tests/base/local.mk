# tests/base/local.mk - the tests of src/base.

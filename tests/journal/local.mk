# tests/journal/local.mk - the tests of src/journal.

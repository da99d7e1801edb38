# tests/tui/local.mk - the tests of src/tui.

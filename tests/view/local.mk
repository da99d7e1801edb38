# tests/view/local.mk - the tests of src/view.

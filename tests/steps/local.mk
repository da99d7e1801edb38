# tests/steps/local.mk - the tests of src/steps.

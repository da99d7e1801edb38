# tests/engine/local.mk - the tests of src/engine.

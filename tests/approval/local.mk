# tests/approval/local.mk - the tests of src/approval.

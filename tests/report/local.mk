# tests/report/local.mk - the tests of src/report.

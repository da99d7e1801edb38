# tests/runbook/local.mk - the tests of src/runbook.

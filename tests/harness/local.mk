# tests/harness/local.mk - what the tests stand on: scratch cluster, terminal, golden files.

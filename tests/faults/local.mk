# tests/faults/local.mk - libraries that make system calls fail, for the tests.

# tests/pty/local.mk - tests of whole programs on a terminal.

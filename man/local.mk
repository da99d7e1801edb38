# man/local.mk - the manual.

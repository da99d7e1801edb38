# build-aux/local.mk - checks of the source tree itself.

tree_checks = build-aux/check-layers build-aux/check-tests-listed
TESTS += $(tree_checks)
EXTRA_DIST += $(tree_checks)

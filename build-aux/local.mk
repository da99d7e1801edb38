# build-aux/local.mk - checks of the source tree itself.

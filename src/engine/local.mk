# src/engine/local.mk - what is built from this folder (see Makefile.am).

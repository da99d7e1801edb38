# themes/local.mk - the shipped themes.

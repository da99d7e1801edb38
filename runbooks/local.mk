# runbooks/local.mk - the shipped runbooks.

# runbooks/local.mk - the shipped runbooks.

runbooksdir = $(pkgdatadir)/runbooks
dist_runbooks_DATA = \
	runbooks/diff.yaml \
	runbooks/freeze.yaml \
	runbooks/harden.yaml \
	runbooks/reconcile.yaml \
	runbooks/rehearse.yaml \
	runbooks/rollback.yaml \
	runbooks/rollout.yaml \
	runbooks/snapshot.yaml

guardsdir = $(runbooksdir)/guards
dist_guards_SCRIPTS = runbooks/guards/no-remote-migrate-dev

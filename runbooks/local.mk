# runbooks/local.mk - the shipped runbooks.

runbooksdir = $(pkgdatadir)/runbooks
dist_runbooks_DATA = \
	runbooks/backfill.yaml \
	runbooks/backup.yaml \
	runbooks/diff.yaml \
	runbooks/emergency.yaml \
	runbooks/freeze.yaml \
	runbooks/harden.yaml \
	runbooks/migration.yaml \
	runbooks/prisma-supabase.yaml \
	runbooks/production-migration.yaml \
	runbooks/reconcile.yaml \
	runbooks/rehearse.yaml \
	runbooks/reset-sandbox.yaml \
	runbooks/restore.yaml \
	runbooks/rollback.yaml \
	runbooks/rollback-decision.yaml \
	runbooks/rollout.yaml \
	runbooks/snapshot.yaml \
	runbooks/staging-setup.yaml

templatesdir = $(runbooksdir)/templates
dist_templates_DATA = \
	runbooks/templates/add-column.yaml \
	runbooks/templates/add-foreign-key.yaml \
	runbooks/templates/add-index.yaml \
	runbooks/templates/add-policy.yaml \
	runbooks/templates/phase.yaml \
	runbooks/templates/runbook.yaml \
	runbooks/templates/window.yaml

guardsdir = $(runbooksdir)/guards
dist_guards_SCRIPTS = runbooks/guards/no-remote-migrate-dev

queriesdir = $(runbooksdir)/queries
dist_queries_DATA = runbooks/queries/workers.sql

nobase_dist_pkgdata_DATA += \
	runbooks/demo/approvals/rollback.json \
	runbooks/demo/approvals/window.json \
	runbooks/demo/drift.sql \
	runbooks/demo/seed.sql \
	runbooks/demo/workers.sql \
	runbooks/demo/migrations/20260103090000_init/migration.sql \
	runbooks/demo/migrations/20260117101500_orders/migration.sql \
	runbooks/demo/migrations/20260117102000_order_items/migration.sql \
	runbooks/demo/migrations/20260204140000_payments/migration.sql \
	runbooks/demo/migrations/20260219083000_product_details/migration.sql \
	runbooks/demo/migrations/20260302111000_addresses/migration.sql \
	runbooks/demo/migrations/20260330073000_reviews/migration.sql \
	runbooks/demo/migrations/20260421160000_order_indexes/migration.sql \
	runbooks/demo/migrations/20260513094500_coupons/migration.sql \
	runbooks/demo/migrations/20260602120000_sales_view/migration.sql \
	runbooks/demo/migrations/20260708080000_jobs/migration.sql \
	runbooks/demo/migrations/20260826133000_order_currency/migration.sql \
	runbooks/demo/migrations/migration_lock.toml

/*
 * tests/steps/migrations.h - a database with Prisma's migrations and steps
 * that apply, compare and reconcile them, for the tests of those.
 */
#ifndef PGRUNBOOK_TESTS_STEPS_MIGRATIONS_H
#define PGRUNBOOK_TESTS_STEPS_MIGRATIONS_H

#include "harness/cluster.h"
#include "harness/test.h"
#include "steps/stage.h"

static const char first[] =
    "-- CreateTable\n"
    "CREATE TABLE \"users\" (\"id\" SERIAL PRIMARY KEY, \"mail\" TEXT NOT NULL);\n"
    "CREATE TABLE \"orders\" (\"id\" SERIAL PRIMARY KEY, \"total\" NUMERIC(14,2));\n";
static const char second[] =
    "CREATE INDEX \"users_mail_idx\" ON \"users\" (\"mail\");\n";

static const char steps[] =
    "  - id: apply\n"
    "    migrate: {dir: migrations, layout: prisma}\n"
    "    class: B\n"
    "    register: rehearsal\n"
    "  - id: rehearsed\n"
    "    migrate: {dir: migrations, layout: prisma, rehearsed: true}\n"
    "    class: B\n"
    "  - id: drift\n"
    "    drift:\n"
    "      expected: {migrations: migrations, layout: prisma}\n"
    "    register: drift\n"
    "  - id: review\n"
    "    review: {items: drift}\n"
    "    register: reconciliation\n"
    "  - id: reconcile\n"
    "    migrate: {dir: \"{{reconciliation.dir}}\", layout: prisma}\n"
    "    class: B\n"
    "  - id: no-drift\n"
    "    drift:\n"
    "      expected: {migrations: \"{{reconciliation.dir}}\", layout: prisma}\n"
    "      fail_on: AB\n"
    "  - id: supabase\n"
    "    migrate: {dir: supabase, layout: supabase}\n"
    "    class: B\n"
    "  - id: plain\n"
    "    migrate: {dir: plain, layout: sql}\n"
    "    class: B\n"
    "  - id: seed\n"
    "    migrate: {dir: supabase/migrations, layout: supabase,\n"
    "      seed: [supabase/seed.sql]}\n"
    "    class: B\n"
    "    register: seeded\n"
    "  - id: status\n"
    "    migration_status: {dir: migrations}\n"
    "    register: status\n"
    "  - id: status-pending\n"
    "    migration_status: {dir: migrations, fail_on: [failed]}\n"
    "    register: status\n"
    "  - id: resolve-applied\n"
    "    resolve: {dir: migrations, applied: 20240103000000_bad}\n"
    "    class: B\n"
    "  - id: resolve-rolled-back\n"
    "    resolve: {dir: migrations, rolled_back: 20240103000000_bad}\n"
    "    class: B\n";

static inline struct stage *
stage_with_migrations(void)
{
	struct stage *s = stage_new(NULL, steps);

	temp_file(s, s->folder, "migrations/migration_lock.toml",
	    "provider = \"postgresql\"\n");
	temp_file(s, s->folder, "migrations/20240101000000_init/migration.sql",
	    first);
	temp_file(s, s->folder,
	    "migrations/20240102000000_index/migration.sql", second);
	return s;
}

static inline const char *
value(struct stage *s, const char *sql)
{
	return cluster_value(s, s->database, sql);
}

#endif

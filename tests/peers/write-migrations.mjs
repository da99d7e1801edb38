#!/usr/bin/env node
// write-migrations - a history as a shop of several years has it.
//
// usage: write-migrations.mjs prisma|supabase FOLDER COUNT
//
// The same COUNT gives the same files.  Each migration stands on what earlier
// ones left: a feature (a table and what belongs to it) is grown over a dozen
// of them, one after another, and the next feature refers to the one before.

import fs from 'node:fs'
import path from 'node:path'

const [layout, folder, count] = [process.argv[2], process.argv[3], Number(process.argv[4])]
if (!['prisma', 'supabase'].includes(layout) || !folder || !(count > 0)) {
	console.error('usage: write-migrations.mjs prisma|supabase FOLDER COUNT')
	process.exit(2)
}

// What a feature goes through.  f: its table; before: that of the last one.
const growth = [
	['create', (f, before) => `-- CreateEnum
CREATE TYPE "${f}_status" AS ENUM ('draft', 'open', 'it''s done');

-- CreateTable
CREATE TABLE "${f}" (
    "id" SERIAL NOT NULL,
    "status" "${f}_status" NOT NULL DEFAULT 'draft',
    "title" TEXT NOT NULL,
    "price" DECIMAL(12,2) NOT NULL DEFAULT 0,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "data" JSONB NOT NULL DEFAULT '{"a;b": [1, "\\\\"]}',
    "created_at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "${f}_pkey" PRIMARY KEY ("id")
);
${before ? `
ALTER TABLE "${f}" ADD COLUMN "${before}_id" INTEGER;
-- AddForeignKey
ALTER TABLE "${f}" ADD CONSTRAINT "${f}_${before}_fkey" FOREIGN KEY ("${before}_id")
    REFERENCES "${before}"("id") ON DELETE SET NULL ON UPDATE CASCADE;
` : ''}`],
	['rows', f => `INSERT INTO "${f}" ("title", "price", "created_at")
SELECT 'row; no. ' || n, n * 1.5, TIMESTAMP '2024-01-01' + n * INTERVAL '1 day'
  FROM generate_series(1, 20) AS n;
`],
	['indexes', f => `CREATE INDEX "${f}_title_idx" ON "${f}" ("title", "created_at" DESC NULLS LAST);
CREATE UNIQUE INDEX "${f}_open_key" ON "${f}" (lower("title")) INCLUDE ("price") WHERE "status" = 'open';
CREATE INDEX "${f}_tags_idx" ON "${f}" USING GIN ("tags");
`],
	['column', f => `ALTER TABLE "${f}" ADD COLUMN "slug" VARCHAR(80),
    ADD COLUMN "total" NUMERIC GENERATED ALWAYS AS ("price" * 1.19) STORED;
`],
	['fill', f => `UPDATE "${f}" SET "slug" = regexp_replace(lower("title"), '[^a-z0-9]+', '-', 'g')
 WHERE "slug" IS NULL;
ALTER TABLE "${f}" ALTER COLUMN "slug" SET NOT NULL;
ALTER TABLE "${f}" ADD CONSTRAINT "${f}_price_check" CHECK ("price" >= 0) NOT VALID;
ALTER TABLE "${f}" VALIDATE CONSTRAINT "${f}_price_check";
`],
	['function', f => `CREATE OR REPLACE FUNCTION "${f}_touch"() RETURNS trigger
LANGUAGE plpgsql AS $body$
BEGIN
  -- a comment; with a semicolon, and a 'quote
  IF NEW."title" = ';' THEN
    RAISE EXCEPTION 'no title: %', NEW."id";
  END IF;
  NEW."data" := NEW."data" || '{"touched": true}';
  RETURN NEW;
END;
$body$;
CREATE TRIGGER "${f}_touch" BEFORE UPDATE ON "${f}"
    FOR EACH ROW WHEN (OLD."status" IS DISTINCT FROM NEW."status") EXECUTE FUNCTION "${f}_touch"();
`],
	['policies', f => `ALTER TABLE "${f}" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "${f}: read; all" ON "${f}" FOR SELECT USING ("status" <> 'draft');
CREATE POLICY "${f}: write" ON "${f}" FOR ALL
    USING ("price" < 100) WITH CHECK ("price" < 100 AND "title" <> '');
`],
	['touch', f => `UPDATE "${f}" SET "status" = 'open' WHERE "id" % 3 = 0;
DELETE FROM "${f}" WHERE "id" > 18;
`],
	['enum', f => `-- AlterEnum
ALTER TYPE "${f}_status" ADD VALUE 'archived' BEFORE 'it''s done';
`],
	['view', f => `CREATE VIEW "${f}_open" WITH (security_invoker = true) AS
    SELECT "id", "title", "total" FROM "${f}" WHERE "status" = 'open';
COMMENT ON VIEW "${f}_open" IS 'ünïcode – 漢字; what is open';
CREATE MATERIALIZED VIEW "${f}_sums" AS SELECT "status", sum("price") AS "sum" FROM "${f}" GROUP BY 1;
`],
	['own_types', f => `CREATE DOMAIN "${f}_mail" AS TEXT CHECK (VALUE ~ '@');
CREATE TYPE "${f}_pair" AS ("left" INT, "right" TEXT);
CREATE SEQUENCE "${f}_number" INCREMENT 5 START 100;
ALTER TABLE "${f}" ADD COLUMN "mail" "${f}_mail", ADD COLUMN "number" INT DEFAULT nextval('"${f}_number"');
ALTER SEQUENCE "${f}_number" OWNED BY "${f}"."number";
`],
	['tidy', f => `DROP INDEX "${f}_tags_idx";
ALTER TABLE "${f}" RENAME COLUMN "data" TO "payload";
ALTER TABLE "${f}" ALTER COLUMN "slug" TYPE VARCHAR(200), ALTER COLUMN "tags" DROP DEFAULT;
CREATE OR REPLACE FUNCTION "${f}_touch"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RETURN NEW; END $$;
`],
]

const epoch = Date.UTC(2021, 11, 10, 8, 0, 0)
const stamp = i => new Date(epoch + i * 4 * 3600 * 1000 + i * 61000).toISOString().replace(/\D/g, '').slice(0, 14)

for (let i = 0; i < count; i++) {
	const feature = Math.floor(i / growth.length)
	const [what, text] = growth[i % growth.length]
	const name = `${stamp(i)}_${what}_f${feature}`
	const sql = text(`f${feature}`, feature > 0 ? `f${feature - 1}` : null)
	const file = layout === 'prisma' ? path.join(folder, name, 'migration.sql') : path.join(folder, `${name}.sql`)
	fs.mkdirSync(path.dirname(file), { recursive: true })
	fs.writeFileSync(file, sql)
}

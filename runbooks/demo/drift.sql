-- What happened to the database by hand, over a year, outside the migrations.

-- Somebody dropped an index while looking for a slow insert.
DROP INDEX orders_created_at_idx;

-- Money became a float in a console session; some totals are no longer exact.
ALTER TABLE orders ALTER COLUMN total TYPE double precision;
UPDATE orders SET total = total + 0.001 WHERE id % 5000 = 0;

-- An import wanted to find its rows again.
ALTER TABLE users ADD COLUMN legacy_id integer;
UPDATE users SET legacy_id = id + 700000 WHERE id <= 18204;

-- Support needed a status that the code does not know yet.
ALTER TYPE order_status ADD VALUE 'held';

-- A column that the migrations have was dropped as unused.
ALTER TABLE coupons DROP COLUMN note;

-- A NOT NULL was in the way of a backfill, and a default with it.
ALTER TABLE payments ALTER COLUMN reference DROP NOT NULL;
ALTER TABLE products ALTER COLUMN active DROP DEFAULT;

-- A foreign key was dropped for a bulk delete, and never came back.
ALTER TABLE reviews DROP CONSTRAINT reviews_user_id_fkey;

-- An index against a slow login, made at night.
CREATE INDEX users_email_lower_idx ON users (lower(email));

-- Tables of the old shop, which a monthly export still reads.
CREATE TABLE legacy_audit (id bigint PRIMARY KEY, at timestamp, what text);
INSERT INTO legacy_audit SELECT n, timestamp '2023-01-01' + n * interval '1 hour', 'event ' || n FROM generate_series(1, 5000) n;
CREATE TABLE legacy_customers (id integer PRIMARY KEY, mail text);
INSERT INTO legacy_customers SELECT n, 'old' || n || '@example.com' FROM generate_series(1, 1000) n;

ANALYZE;

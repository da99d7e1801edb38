-- expect: A add column setting totals.a
-- expect: A add column setting sums.b
-- expect: A add column setting orders_idx.expr
-- from
CREATE TABLE orders (a int, b text);
CREATE VIEW totals AS SELECT a FROM orders;
CREATE MATERIALIZED VIEW sums AS SELECT b FROM orders;
CREATE INDEX orders_idx ON orders ((a + 1));
-- to
CREATE TABLE orders (a int, b text);
CREATE VIEW totals AS SELECT a FROM orders;
ALTER VIEW totals ALTER a SET DEFAULT 7;
CREATE MATERIALIZED VIEW sums AS SELECT b FROM orders;
ALTER MATERIALIZED VIEW sums ALTER b SET STATISTICS 7, ALTER b SET STORAGE EXTERNAL;
CREATE INDEX orders_idx ON orders ((a + 1));
ALTER INDEX orders_idx ALTER 1 SET STATISTICS 9;

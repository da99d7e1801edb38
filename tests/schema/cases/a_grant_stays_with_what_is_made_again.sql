-- expect: B alter view totals: dependency break
-- expect: A drop comment view column public.totals.id
-- expect: A add comment view column public.totals.total
-- from
CREATE TABLE orders (id int, total int);
CREATE VIEW totals AS SELECT id, total FROM orders;
GRANT SELECT ON totals TO pg_monitor;
COMMENT ON COLUMN totals.id IS 'old';
-- to
CREATE TABLE orders (id int, total int);
CREATE VIEW totals AS SELECT total FROM orders;
GRANT SELECT ON totals TO pg_monitor;
COMMENT ON COLUMN totals.total IS 'new';

-- expect: A add table orders
-- from
-- to
CREATE TABLE orders (id serial PRIMARY KEY, total int CHECK (total > 0));
GRANT SELECT ON orders TO pg_monitor;
GRANT UPDATE (total) ON orders TO pg_monitor;
COMMENT ON TABLE orders IS 'what was ordered';
COMMENT ON COLUMN orders.total IS 'in cents';
COMMENT ON CONSTRAINT orders_total_check ON orders IS 'nothing is free';
COMMENT ON INDEX orders_pkey IS 'by number';

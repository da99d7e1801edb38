-- expect: B drop grant orders to pg_monitor: privilege narrowing
-- from
CREATE TABLE orders (id int, total int);
GRANT SELECT ON orders TO pg_monitor;
GRANT SELECT (id) ON orders TO pg_monitor;
-- to
CREATE TABLE orders (id int, total int);
GRANT SELECT (id) ON orders TO pg_monitor;

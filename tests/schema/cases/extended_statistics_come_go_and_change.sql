-- expect: A add statistics together
-- expect: B drop statistics gone: statistics dropped
-- expect: A alter statistics aimed
-- expect: B alter column orders.a: statistics public.stays is dropped and made again
-- from
CREATE TABLE orders (a int, b int, c int);
CREATE STATISTICS gone ON a, b FROM orders;
CREATE STATISTICS aimed ON b, c FROM orders;
CREATE STATISTICS stays (ndistinct) ON a, c FROM orders;
-- to
CREATE TABLE orders (a bigint, b int, c int);
CREATE STATISTICS together (dependencies) ON b, c FROM orders;
CREATE STATISTICS aimed ON b, c FROM orders;
ALTER STATISTICS aimed SET STATISTICS 50;
CREATE STATISTICS stays (ndistinct) ON a, c FROM orders;

-- since: 14
-- expect: A add statistics new
-- expect: B alter statistics changes
-- expect: B drop statistics goes
-- from
CREATE TABLE t (a int, b int);
CREATE STATISTICS changes ON (a + b) FROM t;
CREATE STATISTICS goes (mcv) ON (a % 2), b FROM t;
-- to
CREATE TABLE t (a int, b int);
CREATE STATISTICS changes ON (a - b) FROM t;
CREATE STATISTICS new (dependencies) ON a, (b % 3) FROM t;
COMMENT ON STATISTICS new IS 'on an expression';

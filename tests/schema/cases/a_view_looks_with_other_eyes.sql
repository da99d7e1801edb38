-- since: 15
-- expect: B alter view owners
-- expect: B alter view users
-- from
CREATE TABLE t (a int);
CREATE VIEW owners WITH (security_invoker = true) AS SELECT a FROM t;
CREATE VIEW users WITH (security_barrier = true) AS SELECT a FROM t;
-- to
CREATE TABLE t (a int);
CREATE VIEW owners AS SELECT a FROM t;
CREATE VIEW users WITH (security_barrier = true, security_invoker = true) AS SELECT a FROM t;

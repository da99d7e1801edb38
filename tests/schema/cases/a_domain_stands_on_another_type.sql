-- expect: B alter domain d: type coercion; table rewrite
-- expect: B alter composite type c: type coercion; table rewrite
-- from
CREATE DOMAIN d AS int CHECK (VALUE > 0);
CREATE TYPE c AS (a int, b text);
CREATE TABLE t (x d DEFAULT 4, y d[], z c);
INSERT INTO t VALUES (1, '{1,2}', '(3,x)');
CREATE VIEW v AS SELECT x, y FROM t;
COMMENT ON DOMAIN d IS 'kept';
-- to
CREATE DOMAIN d AS bigint CHECK (VALUE > 0);
CREATE TYPE c AS (n int, a bigint, b text);
CREATE TABLE t (x d DEFAULT 4, y d[], z c);
CREATE VIEW v AS SELECT x, y FROM t;
COMMENT ON DOMAIN d IS 'kept';

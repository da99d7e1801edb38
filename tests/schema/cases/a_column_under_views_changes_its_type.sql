-- expect: B alter column t.a: type coercion; view public.v is dropped and made again; view public.w is dropped and made again
-- from
CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a);
CREATE VIEW v WITH (security_barrier) AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;
-- to
CREATE TABLE t (a bigint, b int); CREATE INDEX i ON t (a);
CREATE VIEW v WITH (security_barrier) AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;

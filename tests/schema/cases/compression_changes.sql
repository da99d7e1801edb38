-- since: 14
-- expect: A alter column t.a
-- expect: A alter column t.b
-- expect: A add column setting m.a
-- from
CREATE TABLE t (a text, b text COMPRESSION pglz);
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
-- to
CREATE TABLE t (a text COMPRESSION pglz, b text);
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
ALTER MATERIALIZED VIEW m ALTER a SET COMPRESSION pglz;

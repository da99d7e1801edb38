-- expect: B drop materialized view gone: dependency break
-- expect: A add materialized view come
-- expect: A add materialized view empty
-- from
CREATE TABLE t (a int);
CREATE MATERIALIZED VIEW gone AS SELECT a FROM t;
-- to
CREATE TABLE t (a int);
CREATE MATERIALIZED VIEW come AS SELECT a FROM t;
CREATE UNIQUE INDEX come_a ON come (a);
CREATE MATERIALIZED VIEW empty AS SELECT a FROM t WITH NO DATA;

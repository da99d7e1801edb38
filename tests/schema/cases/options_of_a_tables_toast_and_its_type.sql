-- expect: A alter table t
-- expect: A alter table typed
-- expect: B alter materialized view m: dependency break
-- from
CREATE TABLE t (a text) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
CREATE TYPE c AS (a int);
CREATE TABLE typed (a int);
CREATE MATERIALIZED VIEW m WITH (fillfactor = 50) AS SELECT 1 AS a;
-- to
CREATE TABLE t (a text) WITH (toast.vacuum_truncate = false);
CREATE TYPE c AS (a int);
CREATE TABLE typed OF c;
CREATE MATERIALIZED VIEW m WITH (fillfactor = 60, autovacuum_enabled = off) AS SELECT 1 AS a;

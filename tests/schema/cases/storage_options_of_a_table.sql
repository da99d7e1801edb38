-- expect: A alter table t
-- from
CREATE TABLE t (a int) WITH (fillfactor = 70, autovacuum_enabled = false);
-- to
CREATE TABLE t (a int) WITH (fillfactor = 90);

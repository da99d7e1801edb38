-- expect: A alter primary key t.t_pkey
-- expect: A alter unique t.t_b_key
-- expect: A alter index t_i
-- expect: A alter table t
-- from
CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL UNIQUE, c int);
CREATE INDEX t_i ON t (c);
ALTER TABLE t CLUSTER ON t_pkey;
ALTER TABLE t REPLICA IDENTITY FULL;
-- to
CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL UNIQUE, c int);
CREATE INDEX t_i ON t (c);
ALTER TABLE t CLUSTER ON t_i;
ALTER TABLE t REPLICA IDENTITY USING INDEX t_b_key;

-- since: 15
-- expect: B alter unique t.t_a_key
-- expect: B alter index i
-- expect: B add unique t.t_c_key: can fail on the data
-- from
CREATE TABLE t (a int CONSTRAINT t_a_key UNIQUE, b int, c int);
CREATE UNIQUE INDEX i ON t (b);
-- to
CREATE TABLE t (a int CONSTRAINT t_a_key UNIQUE NULLS NOT DISTINCT, b int,
    c int CONSTRAINT t_c_key UNIQUE NULLS NOT DISTINCT);
CREATE UNIQUE INDEX i ON t (b) NULLS NOT DISTINCT;

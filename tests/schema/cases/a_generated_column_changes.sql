-- expect: B alter column t.b: data loss: the values are computed anew
-- expect: B alter column t.c: dependency break: the values are no longer computed
-- from
CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED, c int GENERATED ALWAYS AS (a + 1) STORED);
CREATE INDEX i ON t (b);
-- to
CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 2) STORED, c int);
CREATE INDEX i ON t (b);

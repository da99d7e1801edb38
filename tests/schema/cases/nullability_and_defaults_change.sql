-- expect: B alter column t.a: not null; full scan
-- expect: A alter column t.b
-- expect: A alter column t.c
-- expect: B alter column t.d: dependency break: inserts relied on the default
-- from
CREATE TABLE t (a int, b int NOT NULL, c int DEFAULT 1, d int NOT NULL DEFAULT 5);
-- to
CREATE TABLE t (a int NOT NULL, b int, c int DEFAULT 2, d int NOT NULL);

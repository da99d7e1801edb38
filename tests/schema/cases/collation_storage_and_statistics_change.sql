-- expect: B alter column t.a: type coercion
-- expect: A alter column t.b
-- expect: A alter column t.c
-- from
CREATE TABLE t (a text, b text, c int);
-- to
CREATE TABLE t (a text COLLATE "C", b text, c int);
ALTER TABLE t ALTER b SET STORAGE EXTERNAL, ALTER c SET STATISTICS 500, ALTER c SET (n_distinct = 5);

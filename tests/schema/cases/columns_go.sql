-- expect: B drop column t.b: data loss
-- expect: B drop index i: index dropped
-- from
CREATE TABLE t (a int, b int); CREATE INDEX i ON t (b);
-- to
CREATE TABLE t (a int);

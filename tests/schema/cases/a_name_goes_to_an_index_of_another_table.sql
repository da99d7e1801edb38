-- expect: B drop table a: data loss
-- expect: B alter index i: index dropped
-- from
CREATE TABLE a (x int); CREATE INDEX i ON a (x); CREATE TABLE b (x int);
-- to
CREATE TABLE b (x int); CREATE INDEX i ON b (x);

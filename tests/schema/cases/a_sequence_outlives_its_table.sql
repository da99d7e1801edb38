-- expect: B drop table t: data loss
-- expect: A drop sequence owner s
-- from
CREATE TABLE t (id int); CREATE SEQUENCE s OWNED BY t.id;
-- to
CREATE SEQUENCE s;

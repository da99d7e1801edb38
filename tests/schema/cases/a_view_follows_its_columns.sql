-- expect: B drop column t.y: data loss
-- expect: B alter view v: dependency break
-- expect: A add column t.z
-- from
CREATE TABLE t (x int, y int); CREATE VIEW v AS SELECT * FROM t;
-- to
CREATE TABLE t (x int, z int); CREATE VIEW v AS SELECT * FROM t;

-- expect: B drop column a.x: data loss
-- expect: A add column b.x
-- from
CREATE TABLE a (id int, x int); CREATE TABLE b (id int);
-- to
CREATE TABLE a (id int); CREATE TABLE b (id int, x int);

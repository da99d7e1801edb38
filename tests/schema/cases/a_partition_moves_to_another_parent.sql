-- expect: B drop table a: data loss
-- expect: A add table b
-- expect: B alter table p: partition moved
-- from
CREATE TABLE a (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF a FOR VALUES IN (1);
-- to
CREATE TABLE b (x int) PARTITION BY LIST (x); CREATE TABLE p PARTITION OF b FOR VALUES IN (1);

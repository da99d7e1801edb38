-- expect: B drop table data: data loss; dependency break: view public.q goes too
-- expect: A add table t_data
-- expect: A add view data
-- from
CREATE TABLE data (id int); CREATE VIEW q AS SELECT id FROM data;
-- to
CREATE TABLE t_data (id int); CREATE VIEW data AS SELECT id FROM t_data; CREATE VIEW q AS SELECT id FROM data;

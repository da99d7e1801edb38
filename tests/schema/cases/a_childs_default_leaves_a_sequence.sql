-- expect: A alter column setting clerks.id
-- expect: B drop sequence numbers
-- expect: B alter table clerks
-- expect: A add column clerks.desk
-- from
CREATE TABLE people (id bigint);
CREATE SEQUENCE numbers;
CREATE TABLE clerks (id bigint DEFAULT nextval('numbers')) INHERITS (people);
ALTER TABLE clerks ENABLE ROW LEVEL SECURITY;
-- to
CREATE TABLE people (id bigint);
CREATE TABLE clerks (id bigint DEFAULT 1, desk text) INHERITS (people);

-- expect: B alter table clerks
-- expect: B drop table people
-- expect: B drop sequence numbers
-- from
CREATE SEQUENCE numbers;
CREATE TABLE people (id bigint, name text);
CREATE TABLE clerks (id bigint DEFAULT nextval('numbers')) INHERITS (people);
-- to
CREATE TABLE clerks (id smallint, name text);

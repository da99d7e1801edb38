-- expect: A alter column people.id
-- expect: A add column setting clerks.id
-- from
CREATE SEQUENCE numbers;
CREATE TABLE people (id bigint, name text);
CREATE TABLE clerks (desk text) INHERITS (people);
-- to
CREATE SEQUENCE numbers;
CREATE TABLE people (id bigint DEFAULT nextval('numbers'), name text);
CREATE TABLE clerks (id bigint DEFAULT 1, desk text) INHERITS (people);

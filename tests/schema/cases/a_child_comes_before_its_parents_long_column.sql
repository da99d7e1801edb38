-- expect: A add table clerks
-- expect: A add column people.name
-- from
CREATE TABLE people (id int);
-- to
CREATE TABLE people (id int, name text);
CREATE TABLE clerks () INHERITS (people);
ALTER TABLE clerks SET (toast.autovacuum_enabled = false);

-- expect: B alter domain d: can fail on the data
-- expect: B alter composite type c: data loss: field y goes; type coercion
-- expect: A add domain e
-- from
CREATE DOMAIN d AS text CHECK (VALUE <> ''); CREATE TYPE c AS (x int, y int);
CREATE TABLE t (d d);
-- to
CREATE DOMAIN d AS text DEFAULT 'x' CONSTRAINT long CHECK (length(VALUE) > 1); CREATE TYPE c AS (x text, z int);
CREATE TABLE t (d d); CREATE DOMAIN e AS numeric(5,2) NOT NULL;

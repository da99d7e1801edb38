-- expect: B alter column s.t.a
-- expect: B add default privilege of postgres on tables in s to PUBLIC: privilege widening
-- from
CREATE SCHEMA s;
CREATE TABLE s.t (a int);
CREATE VIEW s.v AS SELECT a FROM s.t;
-- to
CREATE SCHEMA s;
CREATE TABLE s.t (a bigint);
CREATE VIEW s.v AS SELECT a FROM s.t;
ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO PUBLIC;

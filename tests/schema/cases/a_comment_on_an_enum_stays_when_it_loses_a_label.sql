-- expect: B alter enum mood: data loss: label 'b' goes
-- from
CREATE TYPE mood AS ENUM ('a', 'b');
COMMENT ON TYPE mood IS 'how one feels';
GRANT USAGE ON TYPE mood TO pg_monitor;
CREATE TABLE people (feels mood);
-- to
CREATE TYPE mood AS ENUM ('a');
COMMENT ON TYPE mood IS 'how one feels';
GRANT USAGE ON TYPE mood TO pg_monitor;
CREATE TABLE people (feels mood);

-- expect: A add domain short
-- expect: A add domain long
-- from
CREATE TABLE t (a int);
-- to
CREATE TABLE t (a int);
CREATE DOMAIN short AS text CONSTRAINT filled CHECK (VALUE <> '');
ALTER DOMAIN short ADD CONSTRAINT tiny CHECK (length(VALUE) < 9) NOT VALID;
CREATE DOMAIN long AS text;
ALTER DOMAIN long ADD CONSTRAINT huge CHECK (length(VALUE) > 9) NOT VALID;

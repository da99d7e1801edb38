-- expect: B alter domain more: can fail on the data; full scan; strong lock
-- expect: B alter domain proved: can fail on the data; full scan; strong lock
-- from
CREATE DOMAIN proved AS int;
ALTER DOMAIN proved ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;
CREATE DOMAIN more AS text CONSTRAINT a CHECK (VALUE <> '');
CREATE TABLE t (a proved, b more);
-- to
CREATE DOMAIN proved AS int CONSTRAINT c CHECK (VALUE > 0);
CREATE DOMAIN more AS text CONSTRAINT a CHECK (VALUE <> '') CONSTRAINT b CHECK (length(VALUE) < 9);
CREATE TABLE t (a proved, b more);

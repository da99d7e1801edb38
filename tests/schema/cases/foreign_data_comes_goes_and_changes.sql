-- expect: A add foreign data wrapper second
-- expect: B alter foreign data wrapper first: foreign tables may read elsewhere
-- expect: B alter server far: foreign tables may read elsewhere
-- expect: B add user mapping PUBLIC on far: options, a password perhaps, are to be given
-- expect: B alter foreign table seen: foreign tables may read elsewhere
-- expect: A add foreign table come
-- expect: B drop foreign table gone: dependency break
-- expect: A alter column seen.a
-- from
CREATE FOREIGN DATA WRAPPER first OPTIONS (debug 'yes');
CREATE SERVER far VERSION '1' FOREIGN DATA WRAPPER first OPTIONS (host 'a', port '1');
CREATE FOREIGN TABLE seen (a int) SERVER far OPTIONS (name 'x');
CREATE FOREIGN TABLE gone (a int) SERVER far;
-- to
CREATE FOREIGN DATA WRAPPER first OPTIONS (debug 'no', more 'it''s');
CREATE FOREIGN DATA WRAPPER second NO VALIDATOR;
CREATE SERVER far VERSION '2' FOREIGN DATA WRAPPER first OPTIONS (host 'b', name 'c');
CREATE USER MAPPING FOR PUBLIC SERVER far;
CREATE FOREIGN TABLE seen (a int OPTIONS (column_name 'b')) SERVER far OPTIONS (name 'y');
CREATE FOREIGN TABLE come (a int NOT NULL DEFAULT 3 CHECK (a > 1), b text OPTIONS (column_name 'c')) SERVER far OPTIONS (name 'z');

-- expect: B alter collation col: definition replaced
-- expect: B alter conversion conv: definition replaced
-- expect: B drop conversion gone: dependency break
-- expect: B alter operator class cls USING btree: definition replaced; index public.i is dropped and made again; full scan
-- expect: B alter operator === (integer, integer): definition replaced; view public.v is dropped and made again
-- from
CREATE OPERATOR === (FUNCTION = pg_catalog.int4eq, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR CLASS cls FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE CONVERSION gone FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE COLLATION col (PROVIDER = libc, LOCALE = 'C');
CREATE TABLE t (a int);
CREATE INDEX i ON t (a cls);
CREATE VIEW v AS SELECT a FROM t WHERE a OPERATOR(public.===) 1;
-- to
CREATE OPERATOR === (FUNCTION = pg_catalog.int4eq, LEFTARG = int, RIGHTARG = int, RESTRICT = eqsel);
CREATE OPERATOR CLASS cls FOR TYPE int USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(int, int);
CREATE DEFAULT CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE COLLATION col (PROVIDER = libc, LOCALE = 'POSIX');
CREATE TABLE t (a int);
CREATE INDEX i ON t (a cls);
CREATE VIEW v AS SELECT a FROM t WHERE a OPERATOR(public.===) 1;

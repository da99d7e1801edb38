-- expect: A add comment cast (public.pair AS pg_catalog.text)
-- expect: A alter comment collation public.col
-- expect: A add comment conversion public.conv
-- expect: A add comment operator class public.cls USING btree
-- expect: A add comment operator family public.fam USING btree
-- expect: A add comment operator public.===(integer,integer)
-- expect: A add comment text search configuration public.conf
-- expect: A add comment text search dictionary public.dic
-- expect: A add comment text search parser public.par
-- expect: A add comment text search template public.tem
-- from
CREATE COLLATION col (PROVIDER = libc, LOCALE = 'C');
CREATE TYPE pair AS (a int);
CREATE CAST (pair AS text) WITH INOUT;
CREATE OPERATOR === (FUNCTION = pg_catalog.int4eq, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR FAMILY fam USING btree;
CREATE OPERATOR CLASS cls FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH PARSER par (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE tem (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH DICTIONARY dic (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION conf (PARSER = "default");
COMMENT ON COLLATION col IS 'was';
-- to
CREATE COLLATION col (PROVIDER = libc, LOCALE = 'C');
CREATE TYPE pair AS (a int);
CREATE CAST (pair AS text) WITH INOUT;
CREATE OPERATOR === (FUNCTION = pg_catalog.int4eq, LEFTARG = int, RIGHTARG = int);
CREATE OPERATOR FAMILY fam USING btree;
CREATE OPERATOR CLASS cls FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
CREATE CONVERSION conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TEXT SEARCH PARSER par (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE tem (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH DICTIONARY dic (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION conf (PARSER = "default");
COMMENT ON COLLATION col IS 'is';
COMMENT ON CAST (pair AS text) IS 'a';
COMMENT ON OPERATOR === (int, int) IS 'b';
COMMENT ON OPERATOR FAMILY fam USING btree IS 'c';
COMMENT ON OPERATOR CLASS cls USING btree IS 'd';
COMMENT ON CONVERSION conv IS 'e';
COMMENT ON TEXT SEARCH PARSER par IS 'f';
COMMENT ON TEXT SEARCH TEMPLATE tem IS 'g';
COMMENT ON TEXT SEARCH DICTIONARY dic IS 'h';
COMMENT ON TEXT SEARCH CONFIGURATION conf IS 'i';

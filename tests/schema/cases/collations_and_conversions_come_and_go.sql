-- expect: A add collation plain
-- expect: B drop collation gone: dependency break
-- expect: A add conversion mine
-- expect: A add table words
-- from
CREATE COLLATION gone (PROVIDER = libc, LOCALE = 'C');
-- to
CREATE COLLATION plain (PROVIDER = libc, LC_COLLATE = 'C', LC_CTYPE = 'POSIX');
CREATE CONVERSION mine FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE TABLE words (w text COLLATE plain);

-- expect: A add cast (public.pair AS text)
-- expect: A add function pair_text(public.pair)
-- expect: B drop cast (public.other AS text): dependency break
-- expect: B alter cast (public.third AS text): definition replaced
-- from
CREATE TYPE pair AS (a int);
CREATE TYPE other AS (a int);
CREATE TYPE third AS (a int);
CREATE CAST (other AS text) WITH INOUT;
CREATE CAST (third AS text) WITH INOUT;
-- to
CREATE TYPE pair AS (a int);
CREATE TYPE other AS (a int);
CREATE TYPE third AS (a int);
CREATE FUNCTION pair_text(pair) RETURNS text LANGUAGE sql AS 'SELECT ''x''';
CREATE CAST (pair AS text) WITH FUNCTION pair_text(pair) AS ASSIGNMENT;
CREATE CAST (third AS text) WITH INOUT AS ASSIGNMENT;

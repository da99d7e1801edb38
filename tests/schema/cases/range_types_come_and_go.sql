-- expect: A add range type spans
-- expect: B drop range type gone: dependency break
-- expect: A add table visits
-- expect: A add comment type public.kept
-- from
CREATE TYPE gone AS RANGE (SUBTYPE = int);
CREATE TYPE kept AS RANGE (SUBTYPE = text, COLLATION = "C");
-- to
CREATE TYPE spans AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
CREATE TYPE kept AS RANGE (SUBTYPE = text, COLLATION = "C");
CREATE TABLE visits (during spans);
COMMENT ON TYPE kept IS 'of words';

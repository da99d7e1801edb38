-- since: 15
-- expect: A alter sequence s
-- expect: A add sequence u
-- expect: A alter sequence v
-- from
CREATE SEQUENCE s;
CREATE UNLOGGED SEQUENCE v;
-- to
CREATE UNLOGGED SEQUENCE s;
CREATE UNLOGGED SEQUENCE u;
CREATE SEQUENCE v;

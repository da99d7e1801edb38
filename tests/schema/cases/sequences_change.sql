-- expect: B alter sequence s: goes on elsewhere where it stands outside
-- expect: A add sequence t
-- expect: A add sequence owner u
-- from
CREATE TABLE x (a int); CREATE SEQUENCE s; CREATE SEQUENCE u;
-- to
CREATE TABLE x (a int); CREATE SEQUENCE s INCREMENT 5 MAXVALUE 1000 CACHE 3 CYCLE; CREATE SEQUENCE t AS smallint START 9;
CREATE SEQUENCE u OWNED BY x.a;

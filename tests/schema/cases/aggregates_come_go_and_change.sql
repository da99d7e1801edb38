-- expect: A add aggregate total(integer)
-- expect: A add aggregate counted()
-- expect: B drop aggregate gone(integer): dependency break
-- expect: B alter aggregate changed(integer): definition replaced
-- expect: A add comment aggregate public.kept()
-- from
CREATE AGGREGATE gone(int) (SFUNC = int4pl, STYPE = int);
CREATE AGGREGATE changed(int) (SFUNC = int4pl, STYPE = int);
CREATE AGGREGATE kept(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE VIEW v AS SELECT changed(x) FROM generate_series(1, 2) x;
-- to
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE);
CREATE AGGREGATE counted(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE AGGREGATE changed(int) (SFUNC = int4pl, STYPE = int, INITCOND = '1');
CREATE AGGREGATE kept(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
COMMENT ON AGGREGATE kept(*) IS 'counts';
CREATE VIEW v AS SELECT changed(x) FROM generate_series(1, 2) x;

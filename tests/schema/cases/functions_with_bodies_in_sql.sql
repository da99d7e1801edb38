-- since: 14
-- expect: A add function comes()
-- expect: B alter function changes()
-- expect: B drop function goes()
-- expect: B drop column t.b: data loss
-- from
CREATE TABLE t (a int, b int);
CREATE FUNCTION changes() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a FROM t; END;
CREATE FUNCTION goes() RETURNS bigint LANGUAGE sql RETURN (SELECT sum(b) FROM t);
-- to
CREATE TABLE t (a int);
CREATE FUNCTION changes() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1 FROM t; END;
CREATE FUNCTION comes() RETURNS int LANGUAGE sql RETURN 1;

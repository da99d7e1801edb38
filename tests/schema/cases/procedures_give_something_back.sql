-- since: 14
-- expect: A add function adds(integer)
-- expect: B alter function counts(integer)
-- expect: B drop function goes(integer)
-- from
CREATE PROCEDURE counts(a int, OUT b int) LANGUAGE sql AS 'SELECT a';
CREATE PROCEDURE goes(a int, OUT b int) LANGUAGE sql AS 'SELECT a';
COMMENT ON PROCEDURE goes IS 'there';
-- to
CREATE PROCEDURE counts(a int, OUT c bigint) LANGUAGE sql AS 'SELECT a::bigint';
CREATE PROCEDURE adds(a int, OUT b int) LANGUAGE sql AS 'SELECT a + 1';
REVOKE EXECUTE ON PROCEDURE adds FROM PUBLIC;
COMMENT ON PROCEDURE adds IS 'new';

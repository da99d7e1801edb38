-- expect: B alter function f(integer): definition replaced
-- expect: B alter function g(): definition replaced
-- expect: B alter trigger t.k: definition replaced
-- expect: A add trigger t.n
-- expect: B add policy t.p: access changes
-- expect: B alter policy t.q: access changes
-- from
CREATE TABLE t (a int); CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER k BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();
CREATE POLICY q ON t FOR SELECT USING (a > 0);
-- to
CREATE TABLE t (a int); CREATE FUNCTION f(x int) RETURNS bigint LANGUAGE sql AS 'SELECT x::bigint';
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'; CREATE TRIGGER k BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g();
CREATE TRIGGER n AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION g(); ALTER TABLE t DISABLE TRIGGER n;
CREATE POLICY q ON t FOR SELECT USING (a > 1); CREATE POLICY p ON t AS RESTRICTIVE FOR INSERT TO pg_monitor WITH CHECK (a < 9);

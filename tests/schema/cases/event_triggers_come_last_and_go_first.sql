-- expect: B add event trigger guard: every schema change calls it
-- expect: B drop event trigger gone: every schema change calls it
-- expect: B drop function forbid_drops(): dependency break
-- expect: A add function forbid_creates()
-- from
CREATE FUNCTION forbid_drops() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
CREATE EVENT TRIGGER gone ON ddl_command_start WHEN TAG IN ('DROP FUNCTION') EXECUTE FUNCTION forbid_drops();
-- to
CREATE FUNCTION forbid_creates() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
CREATE EVENT TRIGGER guard ON ddl_command_start WHEN TAG IN ('CREATE FUNCTION', 'CREATE TABLE') EXECUTE FUNCTION forbid_creates();
ALTER EVENT TRIGGER guard ENABLE ALWAYS;

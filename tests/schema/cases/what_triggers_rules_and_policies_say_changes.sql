-- expect: B alter event trigger o: every schema change calls it
-- expect: B alter event trigger w: every schema change calls it
-- expect: B alter policy t.checked: access changes
-- expect: B alter policy t.command: access changes
-- expect: B alter policy t.roles: access changes
-- expect: B alter policy t.strict: access changes
-- expect: B alter rule t.ru: statements do something else
-- expect: B alter trigger t.off: definition replaced
-- expect: B alter trigger t.other: definition replaced
-- expect: B alter trigger t.replicas: definition replaced
-- from
CREATE TABLE t (a int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER off BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER replicas BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER other BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE ru AS ON DELETE TO t DO INSTEAD NOTHING;
CREATE POLICY command ON t FOR SELECT USING (true);
CREATE POLICY strict ON t USING (true);
CREATE POLICY roles ON t USING (true);
CREATE POLICY checked ON t FOR INSERT WITH CHECK (a > 0);
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER w ON ddl_command_end EXECUTE FUNCTION watch();
CREATE EVENT TRIGGER o ON ddl_command_end EXECUTE FUNCTION watch();
-- to
CREATE TABLE t (a int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER off BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER replicas BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER other AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE t DISABLE TRIGGER off, ENABLE REPLICA TRIGGER replicas;
CREATE RULE ru AS ON DELETE TO t WHERE old.a > 0 DO INSTEAD NOTHING;
CREATE POLICY command ON t FOR DELETE USING (true);
CREATE POLICY strict ON t AS RESTRICTIVE USING (true);
CREATE POLICY roles ON t TO pg_monitor USING (true);
CREATE POLICY checked ON t FOR INSERT WITH CHECK (a > 1);
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER w ON sql_drop EXECUTE FUNCTION watch();
CREATE EVENT TRIGGER o ON ddl_command_end EXECUTE FUNCTION watch();
ALTER EVENT TRIGGER o DISABLE;

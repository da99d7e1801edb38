-- expect: A add comment event trigger watching
-- expect: A add comment foreign table public.seen
-- expect: A add comment foreign-data wrapper far
-- expect: A add comment materialized view public.m
-- expect: A add comment publication p
-- expect: A add comment rule ru on public.t
-- expect: A add comment server there
-- expect: A add comment statistics object public.s
-- expect: A add comment table constraint f on public.t
-- expect: A add comment table constraint pk on public.o
-- expect: A add comment table constraint u on public.t
-- expect: A add comment table constraint x on public.t
-- from
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER there FOREIGN DATA WRAPPER far;
CREATE FOREIGN TABLE seen (a int) SERVER there;
CREATE TABLE o (id int CONSTRAINT pk PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT u UNIQUE, b int CONSTRAINT f REFERENCES o, r int4range, CONSTRAINT x EXCLUDE USING gist (r WITH &&));
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE STATISTICS s ON a, b FROM t;
CREATE RULE ru AS ON DELETE TO t DO INSTEAD NOTHING;
CREATE PUBLICATION p FOR TABLE t;
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION watch();
-- to
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER there FOREIGN DATA WRAPPER far;
CREATE FOREIGN TABLE seen (a int) SERVER there;
CREATE TABLE o (id int CONSTRAINT pk PRIMARY KEY);
CREATE TABLE t (a int CONSTRAINT u UNIQUE, b int CONSTRAINT f REFERENCES o, r int4range, CONSTRAINT x EXCLUDE USING gist (r WITH &&));
CREATE MATERIALIZED VIEW m AS SELECT a FROM t;
CREATE STATISTICS s ON a, b FROM t;
CREATE RULE ru AS ON DELETE TO t DO INSTEAD NOTHING;
CREATE PUBLICATION p FOR TABLE t;
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION watch();
COMMENT ON FOREIGN DATA WRAPPER far IS 'a';
COMMENT ON SERVER there IS 'b';
COMMENT ON FOREIGN TABLE seen IS 'c';
COMMENT ON CONSTRAINT pk ON o IS 'd';
COMMENT ON CONSTRAINT u ON t IS 'e';
COMMENT ON CONSTRAINT f ON t IS 'f';
COMMENT ON CONSTRAINT x ON t IS 'g';
COMMENT ON MATERIALIZED VIEW m IS 'h';
COMMENT ON STATISTICS s IS 'i';
COMMENT ON RULE ru ON t IS 'j';
COMMENT ON PUBLICATION p IS 'k';
COMMENT ON EVENT TRIGGER watching IS 'l';

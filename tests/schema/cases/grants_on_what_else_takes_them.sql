-- expect: B add grant foreign data wrapper far to pg_monitor: privilege widening
-- expect: B add grant m to pg_monitor: privilege widening
-- expect: B add grant seen to pg_monitor: privilege widening
-- expect: B add grant total(integer) to PUBLIC: privilege narrowing
-- expect: B add grant type d to PUBLIC: privilege narrowing
-- expect: B add grant type r to pg_monitor: privilege widening
-- expect: B alter grant v to pg_monitor: privilege widening
-- expect: B add grant server there to pg_monitor: privilege widening
-- from
CREATE DOMAIN d AS int;
CREATE TYPE r AS RANGE (SUBTYPE = float8);
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER there FOREIGN DATA WRAPPER far;
CREATE FOREIGN TABLE seen (a int) SERVER there;
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
CREATE VIEW v AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
GRANT SELECT ON v TO pg_monitor;
-- to
CREATE DOMAIN d AS int;
CREATE TYPE r AS RANGE (SUBTYPE = float8);
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER there FOREIGN DATA WRAPPER far;
CREATE FOREIGN TABLE seen (a int) SERVER there;
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
CREATE VIEW v AS SELECT 1 AS a;
CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
REVOKE USAGE ON DOMAIN d FROM PUBLIC;
GRANT USAGE ON TYPE r TO pg_monitor WITH GRANT OPTION;
GRANT USAGE ON FOREIGN DATA WRAPPER far TO pg_monitor;
GRANT USAGE ON FOREIGN SERVER there TO pg_monitor;
GRANT SELECT ON seen TO pg_monitor;
REVOKE EXECUTE ON FUNCTION total(int) FROM PUBLIC;
GRANT SELECT, UPDATE ON v TO pg_monitor;
GRANT SELECT ON m TO pg_monitor;

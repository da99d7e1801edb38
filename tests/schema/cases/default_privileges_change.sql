-- expect: B add default privilege of postgres on tables in app to pg_monitor: privilege widening
-- expect: B alter default privilege of postgres on sequences in app to pg_monitor: privilege widening
-- expect: B drop default privilege of postgres on functions to PUBLIC: privilege widening
-- from
CREATE SCHEMA app;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON SEQUENCES TO pg_monitor;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- to
CREATE SCHEMA app;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT, USAGE ON SEQUENCES TO pg_monitor;
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO pg_monitor;

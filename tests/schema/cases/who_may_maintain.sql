-- since: 17
-- expect: B alter grant t to pg_monitor
-- expect: B add grant u to pg_monitor
-- expect: B add default privilege of postgres on tables to pg_monitor
-- from
CREATE TABLE t (a int);
CREATE TABLE u (a int);
GRANT SELECT ON t TO pg_monitor;
-- to
CREATE TABLE t (a int);
CREATE TABLE u (a int);
GRANT SELECT, MAINTAIN ON t TO pg_monitor;
GRANT MAINTAIN ON u TO pg_monitor WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES GRANT MAINTAIN ON TABLES TO pg_monitor;

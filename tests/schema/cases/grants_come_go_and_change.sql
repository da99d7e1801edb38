-- expect: B add grant app.items to pg_monitor: privilege widening
-- expect: B alter grant orders to pg_monitor: privilege widening; privilege narrowing
-- expect: B drop grant orders to PUBLIC: privilege narrowing
-- expect: B alter grant orders to pg_signal_backend: privilege narrowing
-- expect: B add grant orders.total to pg_monitor: privilege widening
-- expect: B add grant f(integer) to PUBLIC: privilege narrowing
-- expect: B add grant schema app to pg_monitor: privilege widening
-- expect: B add grant type mood to PUBLIC: privilege narrowing
-- expect: B add grant orders_seq to pg_monitor: privilege widening
-- expect: B add grant orders to its owner: privilege narrowing
-- from
CREATE SCHEMA app;
CREATE TABLE app.items (id int);
CREATE TABLE orders (id int, total int);
CREATE SEQUENCE orders_seq;
CREATE TYPE mood AS ENUM ('a');
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT SELECT, INSERT ON orders TO pg_monitor;
GRANT SELECT ON orders TO PUBLIC;
GRANT SELECT ON orders TO pg_signal_backend WITH GRANT OPTION;
-- to
CREATE SCHEMA app;
CREATE TABLE app.items (id int);
CREATE TABLE orders (id int, total int);
CREATE SEQUENCE orders_seq;
CREATE TYPE mood AS ENUM ('a');
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT USAGE ON SCHEMA app TO pg_monitor;
GRANT SELECT ON app.items TO pg_monitor;
GRANT SELECT, UPDATE ON orders TO pg_monitor;
GRANT INSERT (total) ON orders TO pg_monitor;
GRANT SELECT ON orders TO pg_signal_backend;
REVOKE DELETE ON orders FROM CURRENT_USER;
REVOKE EXECUTE ON FUNCTION f(int) FROM PUBLIC;
REVOKE USAGE ON TYPE mood FROM PUBLIC;
GRANT USAGE ON SEQUENCE orders_seq TO pg_monitor;

-- expect: B drop extension citext: data loss
-- expect: B alter extension hstore: dependency break
-- expect: A add comment extension hstore
-- expect: A add extension pg_trgm
-- from
CREATE SCHEMA old;
CREATE SCHEMA new;
CREATE EXTENSION hstore SCHEMA old;
CREATE EXTENSION citext;
-- to
CREATE SCHEMA old;
CREATE SCHEMA new;
CREATE EXTENSION hstore SCHEMA new;
CREATE EXTENSION pg_trgm;
COMMENT ON EXTENSION hstore IS 'moved';

-- expect: B alter column theirs.id: not null; full scan
-- expect: A add sequence owner known
-- expect: A add sequence owner used
-- expect: A add table ours
-- expect: A add sequence theirs_id_seq
-- from
CREATE TABLE theirs (id int);
ALTER TABLE theirs OWNER TO pg_monitor;
CREATE SEQUENCE known;
CREATE TABLE other (id int);
ALTER TABLE other OWNER TO pg_monitor;
CREATE SEQUENCE used;
ALTER SEQUENCE used OWNER TO pg_monitor;
-- to
CREATE TABLE theirs (id serial);
ALTER TABLE theirs OWNER TO pg_monitor;
CREATE SEQUENCE known;
CREATE TABLE other (id int);
ALTER SEQUENCE known OWNED BY other.id;
ALTER TABLE other OWNER TO pg_monitor;
CREATE TABLE ours (id int);
CREATE SEQUENCE used OWNED BY ours.id;

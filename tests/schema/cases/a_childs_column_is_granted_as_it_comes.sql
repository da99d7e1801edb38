-- expect: B drop column parent.a: data loss; looks like a rename to parent.b
-- expect: B drop grant child.a to pg_monitor: privilege narrowing; looks like a rename to child.b to pg_monitor; looks like a rename to child.c to pg_monitor
-- expect: B add grant child.b to pg_monitor: privilege widening; looks like a rename of child.a to pg_monitor
-- expect: B add column parent.c: not null: fails where there are rows; table rewrite; strong lock
-- expect: B add grant child.c to pg_monitor: privilege widening; looks like a rename of child.a to pg_monitor
-- expect: B alter domain short: can fail on the data; full scan; strong lock
-- expect: A add column parent.b: looks like a rename of parent.a
-- expect: A drop comment table column public.child.a
-- expect: A add comment table column public.child.b
-- from
CREATE DOMAIN short AS text;
ALTER DOMAIN short ADD CONSTRAINT k CHECK (length(VALUE) < 9) NOT VALID;
CREATE TABLE other (v short);
CREATE TABLE parent (a int);
CREATE TABLE child () INHERITS (parent);
GRANT SELECT (a) ON child TO pg_monitor;
COMMENT ON COLUMN child.a IS 'one';
-- to
CREATE DOMAIN short AS text CONSTRAINT k CHECK (length(VALUE) < 9);
CREATE TABLE other (v short);
CREATE TABLE parent (b int, c short NOT NULL);
CREATE TABLE child () INHERITS (parent);
GRANT SELECT (b) ON child TO pg_monitor;
GRANT SELECT (c) ON child TO pg_monitor;
COMMENT ON COLUMN child.b IS 'two';

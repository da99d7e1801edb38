-- expect: B drop column parent.a: data loss; looks like a rename to parent.b
-- expect: B drop grant child.a to pg_monitor: privilege narrowing; looks like a rename to child.b to pg_monitor
-- expect: B add grant child.b to pg_monitor: privilege widening; looks like a rename of child.a to pg_monitor
-- expect: A add column parent.b: looks like a rename of parent.a
-- expect: A drop comment table column public.child.a
-- expect: A add comment table column public.child.b
-- from
CREATE TABLE parent (a int);
CREATE TABLE child () INHERITS (parent);
GRANT SELECT (a) ON child TO pg_monitor;
COMMENT ON COLUMN child.a IS 'one';
-- to
CREATE TABLE parent (b int);
CREATE TABLE child () INHERITS (parent);
GRANT SELECT (b) ON child TO pg_monitor;
COMMENT ON COLUMN child.b IS 'two';

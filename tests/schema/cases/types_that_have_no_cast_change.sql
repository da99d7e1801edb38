-- expect: B alter column t.a: type coercion
-- expect: B alter column t.b: type coercion
-- expect: B alter column t.c: type coercion
-- from
CREATE TABLE t (a bigint, b boolean DEFAULT false, c int[]);
-- to
CREATE TABLE t (a timestamp, b uuid, c text[]);

-- expect: B alter column t.a: type coercion; table rewrite; strong lock
-- expect: B alter column t.b: type coercion
-- expect: B alter column t.c: type coercion; table rewrite
-- expect: B alter column t.d: type coercion; table rewrite
-- expect: B alter column t.e: type coercion
-- expect: B alter column t.f: type coercion; table rewrite
-- expect: B alter column t.g: type coercion
-- from
CREATE TABLE t (a int, b varchar(10), c text DEFAULT '7', d double precision, e timestamp, f varchar(20), g numeric(10,2));
-- to
CREATE TABLE t (a bigint, b varchar(20), c int DEFAULT 7, d numeric(14,2), e timestamptz, f varchar(5), g numeric(12,2));

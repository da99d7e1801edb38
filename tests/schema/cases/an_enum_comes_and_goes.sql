-- expect: A add enum new
-- expect: B drop enum old: dependency break
-- expect: B alter column t.a: type coercion
-- from
CREATE TYPE old AS ENUM ('a', 'b'); CREATE TABLE t (a old DEFAULT 'a');
-- to
CREATE TYPE new AS ENUM ('a', 'b', 'c'); CREATE TABLE t (a new DEFAULT 'a');

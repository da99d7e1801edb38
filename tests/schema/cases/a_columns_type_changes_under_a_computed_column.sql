-- expect: B alter column t.a: type coercion; index public.twice_idx is dropped and made again; column public.t.twice is dropped and made again; table rewrite; strong lock
-- expect: B alter column t.long: type coercion; table rewrite
-- from
CREATE TABLE t (a int, twice bigint GENERATED ALWAYS AS ((a * 2)::bigint) STORED, long text);
ALTER TABLE t ALTER long SET STORAGE EXTERNAL;
CREATE INDEX twice_idx ON t (twice);
-- to
CREATE TABLE t (a smallint, twice bigint GENERATED ALWAYS AS ((a * 2)::bigint) STORED, long varchar(100));
ALTER TABLE t ALTER long SET STORAGE EXTERNAL;
CREATE INDEX twice_idx ON t (twice);

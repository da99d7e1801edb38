-- since: 14
-- expect: B alter range type span
-- expect: A add range type reach
-- expect: B alter column t.during
-- from
CREATE TYPE span AS RANGE (SUBTYPE = float8, MULTIRANGE_TYPE_NAME = spans);
CREATE TABLE t (id int, during int4multirange DEFAULT '{[1,2)}');
-- to
CREATE TYPE span AS RANGE (SUBTYPE = float8, MULTIRANGE_TYPE_NAME = many_spans);
CREATE TYPE reach AS RANGE (SUBTYPE = int8, MULTIRANGE_TYPE_NAME = reaches);
CREATE TABLE t (id int, during int8multirange DEFAULT '{[1,2)}');

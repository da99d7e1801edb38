-- expect: A add index a_idx: full scan
-- expect: B add index b_idx: can fail on the data
-- expect: B drop index c_idx: index dropped
-- expect: B alter index d_idx: index dropped
-- from
CREATE TABLE t (a int, b int, c int, d text); CREATE INDEX c_idx ON t (c); CREATE INDEX d_idx ON t (d);
-- to
CREATE TABLE t (a int, b int, c int, d text); CREATE INDEX a_idx ON t USING hash (a);
CREATE UNIQUE INDEX b_idx ON t (b DESC NULLS LAST) INCLUDE (c) WHERE a > 0; CREATE INDEX d_idx ON t (lower(d));

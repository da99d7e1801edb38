-- expect: B alter check t.a: can fail on the data; full scan
-- expect: B alter check t.b: constraint dropped
-- from
CREATE TABLE t (a int, b int, CONSTRAINT b CHECK (b > 0));
ALTER TABLE t ADD CONSTRAINT a CHECK (a > 0) NOT VALID;
-- to
CREATE TABLE t (a int, b int, CONSTRAINT a CHECK (a > 0));
ALTER TABLE t ADD CONSTRAINT b CHECK (b > 0) NOT VALID;

-- expect: B alter foreign key t.f: constraint dropped; can fail on the data; full scan
-- expect: B alter range type span: definition replaced
-- expect: B alter statistics s: statistics dropped
-- expect: B alter unique t.u: constraint dropped; can fail on the data; full scan
-- expect: B alter view v: definition replaced
-- from
CREATE TYPE span AS RANGE (SUBTYPE = float8);
CREATE TABLE o (a int PRIMARY KEY, b int UNIQUE);
CREATE TABLE t (a int, b int, c int, CONSTRAINT u UNIQUE (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES o);
CREATE VIEW v AS SELECT a FROM t;
CREATE STATISTICS s ON a, b FROM t;
-- to
CREATE TYPE span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
CREATE TABLE o (a int PRIMARY KEY, b int UNIQUE);
CREATE TABLE t (a int, b int, c int, CONSTRAINT u UNIQUE (a, b) DEFERRABLE,
    CONSTRAINT f FOREIGN KEY (a) REFERENCES o (b) ON UPDATE CASCADE);
CREATE VIEW v WITH (security_barrier = true) AS SELECT a FROM t;
CREATE STATISTICS s (ndistinct) ON a, c FROM t;

-- expect: B alter view a: definition replaced
-- expect: B alter view b: dependency break
-- expect: B drop view c: dependency break
-- expect: A add view d
-- expect: B alter materialized view m: dependency break
-- from
CREATE TABLE t (x int, y int); CREATE VIEW a AS SELECT x FROM t; CREATE VIEW b AS SELECT x, y FROM t;
CREATE VIEW c AS SELECT x FROM b; CREATE MATERIALIZED VIEW m AS SELECT x FROM t; CREATE INDEX mi ON m (x);
-- to
CREATE TABLE t (x int, y int); CREATE VIEW a AS SELECT x, y FROM t WHERE x > 0; CREATE VIEW b AS SELECT y FROM t;
CREATE VIEW d AS SELECT y FROM b; CREATE MATERIALIZED VIEW m AS SELECT x FROM t WHERE x > 1; CREATE INDEX mi ON m (x);

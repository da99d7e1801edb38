-- expect: B alter table t: data loss after a crash; table rewrite
-- expect: B alter table u: access changes
-- from
CREATE TABLE t (a int); CREATE TABLE u (a int);
-- to
CREATE UNLOGGED TABLE t (a int); CREATE TABLE u (a int);
ALTER TABLE u ENABLE ROW LEVEL SECURITY; ALTER TABLE u FORCE ROW LEVEL SECURITY;

-- since: 15
-- expect: B alter table t: table rewrite; strong lock
-- expect: B alter table u: table rewrite; strong lock
-- expect: A add table v
-- from
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE t (a int);
CREATE TABLE u (a int) USING pile;
-- to
CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE t (a int) USING pile;
CREATE TABLE u (a int);
CREATE TABLE v (a int) USING pile;

-- expect: B drop table a: data loss; unknown to the migrations: out of scope?
-- expect: B drop table b: data loss
-- from
CREATE TABLE a (id int PRIMARY KEY, b int);
CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
-- to

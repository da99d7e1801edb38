-- expect: B alter foreign key t.f: can fail on the data; full scan
-- from
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int);
ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p NOT VALID;
-- to
CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int);
ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p;

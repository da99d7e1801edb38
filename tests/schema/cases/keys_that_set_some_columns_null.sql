-- since: 15
-- expect: B alter foreign key t.t_o
-- from
CREATE TABLE o (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE t (a int, b int, CONSTRAINT t_o FOREIGN KEY (a, b) REFERENCES o ON DELETE SET NULL);
-- to
CREATE TABLE o (a int, b int, PRIMARY KEY (a, b));
CREATE TABLE t (a int, b int, CONSTRAINT t_o FOREIGN KEY (a, b) REFERENCES o ON DELETE SET NULL (b));

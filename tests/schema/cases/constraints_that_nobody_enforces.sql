-- since: 18
-- expect: B alter check t.on_: can fail on the data
-- expect: B alter check t.off: constraint dropped
-- expect: A add check t.new
-- expect: B alter foreign key t.to_on: can fail on the data
-- expect: B alter foreign key t.to_off: constraint dropped
-- expect: A add foreign key t.to_new
-- from
CREATE TABLE o (id int PRIMARY KEY);
CREATE TABLE t (a int, b int, c int, CONSTRAINT on_ CHECK (a > 0) NOT ENFORCED,
    CONSTRAINT off CHECK (b > 0), CONSTRAINT to_on FOREIGN KEY (a) REFERENCES o NOT ENFORCED,
    CONSTRAINT to_off FOREIGN KEY (b) REFERENCES o);
-- to
CREATE TABLE o (id int PRIMARY KEY);
CREATE TABLE t (a int, b int, c int, CONSTRAINT on_ CHECK (a > 0),
    CONSTRAINT off CHECK (b > 0) NOT ENFORCED, CONSTRAINT new CHECK (c > 0) NOT ENFORCED,
    CONSTRAINT to_on FOREIGN KEY (a) REFERENCES o,
    CONSTRAINT to_off FOREIGN KEY (b) REFERENCES o NOT ENFORCED,
    CONSTRAINT to_new FOREIGN KEY (c) REFERENCES o NOT ENFORCED);

-- expect: B add primary key t.t_pkey: can fail on the data; full scan
-- expect: B add unique t.t_a_key: can fail on the data
-- expect: B add check t.t_a_check: can fail on the data
-- expect: A add check t.soft
-- expect: B add foreign key t.t_b_fkey: can fail on the data; full scan
-- expect: A add foreign key t.t_c_fkey
-- expect: B add exclusion t.x: can fail on the data; full scan; strong lock
-- from
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int NOT NULL, a int, b int, c int, d int4range);
-- to
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, a int UNIQUE CHECK (a > 0), b int REFERENCES p, c int, d int4range,
    CONSTRAINT x EXCLUDE USING gist (d WITH &&));
ALTER TABLE t ADD CONSTRAINT soft CHECK (c > 0) NOT VALID;
ALTER TABLE t ADD FOREIGN KEY (c) REFERENCES p ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED NOT VALID;

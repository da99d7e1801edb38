-- expect: B alter exclusion x.x_s: constraint dropped; can fail on the data; full scan; strong lock
-- expect: B alter index i_b: index dropped; can fail on the data; full scan
-- expect: A alter exclusion x.x_r
-- expect: A alter index i_a
-- expect: A alter primary key k.k_pkey
-- expect: A alter table i
-- expect: A alter table k
-- expect: A alter unique k.k_a
-- from
CREATE TABLE k (id int NOT NULL CONSTRAINT k_pkey PRIMARY KEY, a int CONSTRAINT k_a UNIQUE);
CREATE TABLE x (r int4range, CONSTRAINT x_r EXCLUDE USING gist (r WITH &&), CONSTRAINT x_s EXCLUDE USING gist (r WITH =));
CREATE TABLE i (a int NOT NULL, b int);
CREATE UNIQUE INDEX i_a ON i (a);
CREATE INDEX i_b ON i (b);
ALTER TABLE k REPLICA IDENTITY USING INDEX k_pkey;
ALTER TABLE k CLUSTER ON k_pkey;
-- to
CREATE TABLE k (id int NOT NULL CONSTRAINT k_pkey PRIMARY KEY, a int CONSTRAINT k_a UNIQUE);
CREATE TABLE x (r int4range, CONSTRAINT x_r EXCLUDE USING gist (r WITH &&), CONSTRAINT x_s EXCLUDE USING gist (r WITH -|-));
CREATE TABLE i (a int NOT NULL, b int);
CREATE UNIQUE INDEX i_a ON i (a);
CREATE UNIQUE INDEX i_b ON i (b);
ALTER TABLE k CLUSTER ON k_a;
ALTER TABLE x CLUSTER ON x_r;
ALTER TABLE i REPLICA IDENTITY USING INDEX i_a;

-- expect: A alter index new_idx: renamed
-- expect: A alter check t.new_check: renamed
-- expect: A alter primary key t.new_pkey: renamed
-- from
CREATE TABLE t (id int, a int, CONSTRAINT old_pkey PRIMARY KEY (id), CONSTRAINT old_check CHECK (a > 0));
CREATE INDEX old_idx ON t (a);
-- to
CREATE TABLE t (id int, a int, CONSTRAINT new_pkey PRIMARY KEY (id), CONSTRAINT new_check CHECK (a > 0));
CREATE INDEX new_idx ON t (a);

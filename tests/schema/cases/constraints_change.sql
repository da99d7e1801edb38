-- expect: B alter primary key p.p_pkey: constraint dropped; foreign key public.t.f is dropped and made again
-- expect: B alter check t.c: constraint dropped; can fail on the data
-- expect: B drop foreign key t.g: constraint dropped
-- from
CREATE TABLE p (id int NOT NULL, CONSTRAINT p_pkey PRIMARY KEY (id) INCLUDE (x), x int);
CREATE TABLE t (a int, b int, CONSTRAINT c CHECK (a > 0), CONSTRAINT g FOREIGN KEY (b) REFERENCES p (id),
    CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));
-- to
CREATE TABLE p (id int NOT NULL, CONSTRAINT p_pkey PRIMARY KEY (id), x int);
CREATE TABLE t (a int, b int, CONSTRAINT c CHECK (a > 1), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id));

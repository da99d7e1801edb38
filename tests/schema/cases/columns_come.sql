-- expect: A add column t.a
-- expect: A add column t.b
-- expect: B add column t.c: not null: fails where there are rows
-- expect: B add column t.d: table rewrite; strong lock
-- expect: A add column t.e
-- expect: B add column t.f: table rewrite; strong lock
-- from
CREATE TABLE t (id int);
-- to
CREATE TABLE t (id int, a text, b int NOT NULL DEFAULT 3, c int NOT NULL,
    d uuid DEFAULT gen_random_uuid(), e timestamptz DEFAULT now(), f int GENERATED ALWAYS AS (id * 2) STORED);

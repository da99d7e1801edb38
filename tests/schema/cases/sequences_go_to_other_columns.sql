-- expect: A drop sequence owner r
-- expect: A alter sequence owner s
-- from
CREATE TABLE t (a int, b int);
CREATE SEQUENCE s OWNED BY t.a;
CREATE SEQUENCE r OWNED BY t.b;
-- to
CREATE TABLE t (a int, b int);
CREATE SEQUENCE s OWNED BY t.b;
CREATE SEQUENCE r;

-- from
CREATE TABLE t (id int PRIMARY KEY, v varchar(9) CHECK (v IN ('a', 'b')));
CREATE VIEW w AS SELECT id FROM t;
-- to
CREATE TABLE t (id int PRIMARY KEY, v varchar(9),
    CONSTRAINT t_v_check CHECK (v::text = ANY (ARRAY['a'::varchar::text, 'b'::varchar::text])));
CREATE VIEW w AS SELECT id FROM t;

-- expect: B alter column t.id: type coercion; dependency break: inserts relied on the default
-- expect: B drop sequence t_id_seq
-- from
CREATE TABLE t (id serial PRIMARY KEY);
-- to
CREATE TABLE t (id bigint PRIMARY KEY);

-- expect: B alter sequence s: goes on elsewhere where it stands outside
-- expect: B alter sequence down: goes on elsewhere where it stands outside
-- expect: A alter column t.id
-- from
CREATE SEQUENCE s;
SELECT setval('s', 5000);
CREATE SEQUENCE down;
SELECT setval('down', 5);
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (MAXVALUE 1000));
SELECT setval('t_id_seq', 500);
-- to
CREATE SEQUENCE s AS smallint MAXVALUE 100;
CREATE SEQUENCE down INCREMENT -1 MINVALUE -100 MAXVALUE -1 START -1;
CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (MAXVALUE 9 CYCLE));

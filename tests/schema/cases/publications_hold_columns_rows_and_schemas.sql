-- since: 15
-- expect: B alter publication table chosen of public.a
-- expect: B alter publication table chosen of public.b
-- expect: B alter publication table chosen of public.c
-- expect: B add publication schema whole of schema s1
-- expect: B drop publication schema whole of schema s2
-- from
CREATE SCHEMA s1;
CREATE SCHEMA s2;
CREATE TABLE a (id int PRIMARY KEY, x int, y int);
CREATE TABLE b (id int PRIMARY KEY, x int, y int);
CREATE TABLE c (id int PRIMARY KEY, x int, y int);
CREATE PUBLICATION chosen FOR TABLE a (id, x), b WHERE (id > 1), c;
CREATE PUBLICATION whole FOR TABLES IN SCHEMA s2;
-- to
CREATE SCHEMA s1;
CREATE SCHEMA s2;
CREATE TABLE a (id int PRIMARY KEY, x int, y int);
CREATE TABLE b (id int PRIMARY KEY, x int, y int);
CREATE TABLE c (id int PRIMARY KEY, x int, y int);
CREATE PUBLICATION chosen FOR TABLE a (id, y), b WHERE (id > 2), c (id) WHERE (id = 7);
CREATE PUBLICATION whole FOR TABLES IN SCHEMA s1;

-- expect: B alter publication every: subscribers receive other changes
-- expect: B alter publication some_: subscribers receive other changes
-- expect: B add publication table every of public.t: privilege widening: subscribers receive more
-- expect: B drop publication table some_ of public.t: subscribers receive other changes
-- from
CREATE TABLE t (a int);
CREATE PUBLICATION some_ FOR TABLE t;
CREATE PUBLICATION every FOR ALL TABLES;
-- to
CREATE TABLE t (a int);
CREATE PUBLICATION some_ FOR ALL TABLES;
CREATE PUBLICATION every FOR TABLE t;

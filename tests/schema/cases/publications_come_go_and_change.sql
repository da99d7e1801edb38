-- expect: A add publication come
-- expect: B alter publication kept: subscribers receive other changes
-- expect: B drop publication gone: subscribers receive other changes
-- expect: B add publication table kept of public.b: privilege widening: subscribers receive more
-- expect: B drop publication table kept of public.a: subscribers receive other changes
-- from
CREATE TABLE a (id int);
CREATE TABLE b (id int);
CREATE PUBLICATION gone FOR ALL TABLES;
CREATE PUBLICATION kept FOR TABLE a;
-- to
CREATE TABLE a (id int);
CREATE TABLE b (id int);
CREATE PUBLICATION come FOR TABLE a, b WITH (publish = 'insert');
CREATE PUBLICATION kept FOR TABLE b WITH (publish = 'insert, update', publish_via_partition_root = true);

-- expect: B alter table hash_1: partition moved; full scan; strong lock
-- expect: B alter table north: partition moved; full scan
-- expect: B alter table south: partition moved; full scan; strong lock
-- expect: B alter table year_1: partition moved; full scan
-- from
CREATE TABLE years (at date NOT NULL, region text) PARTITION BY RANGE (at);
CREATE TABLE year_1 (at date NOT NULL, region text);
CREATE TABLE regions (at date, region text) PARTITION BY LIST (region);
CREATE TABLE north (at date, region text);
CREATE TABLE hashed (at date, region text) PARTITION BY HASH (region);
CREATE TABLE hash_1 (at date, region text);
CREATE TABLE rests (at date, region text) PARTITION BY LIST (region);
CREATE TABLE rest PARTITION OF rests DEFAULT;
CREATE TABLE south (at date, region text);
-- to
CREATE TABLE years (at date NOT NULL, region text) PARTITION BY RANGE (at);
CREATE TABLE year_1 PARTITION OF years FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE regions (at date, region text) PARTITION BY LIST (region);
CREATE TABLE north PARTITION OF regions FOR VALUES IN ('north', NULL);
CREATE TABLE hashed (at date, region text) PARTITION BY HASH (region);
CREATE TABLE hash_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE rests (at date, region text) PARTITION BY LIST (region);
CREATE TABLE rest PARTITION OF rests DEFAULT;
CREATE TABLE south PARTITION OF rests FOR VALUES IN ('south');

-- expect: A add index event_at_idx: full scan
-- expect: B add index event_id_key: can fail on the data; full scan
-- from
CREATE TABLE event (id int, at date, region text) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (region);
CREATE TABLE "event 2 north" PARTITION OF event_2 FOR VALUES IN ('north');
INSERT INTO event VALUES (1, '2026-01-02', 'south'), (2, '2026-02-02', 'north');
-- to
CREATE TABLE event (id int, at date, region text) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (region);
CREATE TABLE "event 2 north" PARTITION OF event_2 FOR VALUES IN ('north');
INSERT INTO event VALUES (1, '2026-01-02', 'south'), (2, '2026-02-02', 'north');
CREATE INDEX january ON event_1 (at DESC) WITH (fillfactor = 70);
CREATE INDEX february ON event_2 (at DESC);
CREATE INDEX event_at_idx ON event (at DESC);
CREATE UNIQUE INDEX event_id_key ON event (at, region, lower(region)) INCLUDE (id);

-- expect: B add primary key event.event_pkey: can fail on the data; full scan
-- expect: B add unique event.event_at_region_id_key: can fail on the data; full scan
-- from
CREATE TABLE event (id int NOT NULL, at date NOT NULL, region text NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (region);
CREATE TABLE "event 2 north" PARTITION OF event_2 FOR VALUES IN ('north');
INSERT INTO event VALUES (1, '2026-01-02', 'south'), (2, '2026-02-02', 'north');
-- to
CREATE TABLE event (id int NOT NULL, at date NOT NULL, region text NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (region);
CREATE TABLE "event 2 north" PARTITION OF event_2 FOR VALUES IN ('north');
INSERT INTO event VALUES (1, '2026-01-02', 'south'), (2, '2026-02-02', 'north');
ALTER TABLE event ADD PRIMARY KEY (at, region, id);
ALTER TABLE event_1 ADD CONSTRAINT january UNIQUE (at, region) INCLUDE (id) DEFERRABLE;
ALTER TABLE event ADD UNIQUE (at, region) INCLUDE (id) DEFERRABLE;

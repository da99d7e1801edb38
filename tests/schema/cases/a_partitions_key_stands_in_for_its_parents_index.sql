-- expect: B add primary key part.part_pkey: can fail on the data
-- expect: B add column setting part.id: not null
-- expect: B add column setting part.region: not null
-- expect: B alter index whole_idx: index dropped
-- from
CREATE TABLE whole (id int, region text) PARTITION BY LIST (region);
CREATE TABLE part PARTITION OF whole FOR VALUES IN ('north');
CREATE UNIQUE INDEX whole_idx ON whole (region, id);
-- to
CREATE TABLE whole (id int, region text) PARTITION BY LIST (region);
CREATE TABLE part PARTITION OF whole FOR VALUES IN ('north');
ALTER TABLE part ADD CONSTRAINT part_pkey PRIMARY KEY (region, id);
CREATE UNIQUE INDEX whole_idx ON whole (region, id);

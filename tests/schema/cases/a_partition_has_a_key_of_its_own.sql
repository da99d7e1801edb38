-- expect: B add primary key part.part_pkey: can fail on the data
-- expect: B add column setting part.id: not null
-- from
CREATE TABLE whole (id int, region text, UNIQUE (region, id)) PARTITION BY LIST (region);
CREATE TABLE part PARTITION OF whole FOR VALUES IN ('north');
-- to
CREATE TABLE whole (id int, region text, UNIQUE (region, id)) PARTITION BY LIST (region);
CREATE TABLE part PARTITION OF whole FOR VALUES IN ('north');
ALTER TABLE part ADD CONSTRAINT part_pkey PRIMARY KEY (id);

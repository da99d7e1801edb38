-- expect: B alter table part_1: partition moved
-- expect: B alter table part_2: partition moved
-- expect: B alter check whole.small: constraint dropped; can fail on the data
-- expect: A add column whole.more
-- from
CREATE TABLE whole (a int, b text) PARTITION BY RANGE (a);
CREATE TABLE part_1 PARTITION OF whole FOR VALUES FROM (0) TO (10);
CREATE TABLE part_2 PARTITION OF whole FOR VALUES FROM (10) TO (20);
ALTER TABLE whole ADD CONSTRAINT small CHECK (a < 100);
-- to
CREATE TABLE whole (a int, b text, more int) PARTITION BY RANGE (a);
CREATE TABLE part_1 PARTITION OF whole FOR VALUES FROM (0) TO (15);
CREATE TABLE part_2 PARTITION OF whole FOR VALUES FROM (15) TO (20);
ALTER TABLE whole ADD CONSTRAINT small CHECK (a < 200);

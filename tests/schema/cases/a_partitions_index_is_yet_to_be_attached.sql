-- expect: B alter index whole_idx: index dropped
-- from
CREATE TABLE whole (id int, region text) PARTITION BY LIST (region);
CREATE TABLE part PARTITION OF whole FOR VALUES IN ('north');
CREATE INDEX whole_idx ON ONLY whole (id);
-- to
CREATE TABLE whole (id int, region text) PARTITION BY LIST (region);
CREATE TABLE part PARTITION OF whole FOR VALUES IN ('north');
CREATE INDEX whole_idx ON whole (id);

-- expect: B alter table whole: data loss
-- expect: B alter column whole.id: type coercion
-- from
CREATE TABLE whole (id bigint NOT NULL DEFAULT 1, b text) PARTITION BY HASH (id);
CREATE TABLE part_1 PARTITION OF whole FOR VALUES WITH (modulus 2, remainder 0);
ALTER TABLE whole ADD PRIMARY KEY (id);
CREATE VIEW seen AS SELECT id FROM whole;
-- to
CREATE TABLE whole (id smallint NOT NULL DEFAULT 1, b text) PARTITION BY HASH (id);
CREATE TABLE part_1 PARTITION OF whole FOR VALUES WITH (modulus 2, remainder 0);
ALTER TABLE whole ADD PRIMARY KEY (id);
CREATE VIEW seen AS SELECT id FROM whole;

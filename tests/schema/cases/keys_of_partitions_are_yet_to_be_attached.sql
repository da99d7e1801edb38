-- expect: B drop primary key part.part_key: constraint dropped
-- expect: B alter primary key whole.whole_key: constraint dropped; can fail on the data
-- expect: B drop unique part.part_b: constraint dropped
-- expect: B alter unique whole.whole_b: constraint dropped; can fail on the data
-- from
CREATE TABLE whole (a int NOT NULL, b int) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (10);
ALTER TABLE part ADD CONSTRAINT part_key PRIMARY KEY (a);
ALTER TABLE part ADD CONSTRAINT part_b UNIQUE (b, a);
ALTER TABLE ONLY whole ADD CONSTRAINT whole_key PRIMARY KEY (a);
ALTER TABLE ONLY whole ADD CONSTRAINT whole_b UNIQUE (b, a);
-- to
CREATE TABLE whole (a int NOT NULL, b int) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (10);
ALTER TABLE part ADD CONSTRAINT part_key PRIMARY KEY (a);
ALTER TABLE part ADD CONSTRAINT part_b UNIQUE (b, a);
ALTER TABLE ONLY whole ADD CONSTRAINT whole_key PRIMARY KEY (a);
ALTER TABLE ONLY whole ADD CONSTRAINT whole_b UNIQUE (b, a);
ALTER INDEX whole_key ATTACH PARTITION part_key;
ALTER INDEX whole_b ATTACH PARTITION part_b;

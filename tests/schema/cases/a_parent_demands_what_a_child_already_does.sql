-- expect: B alter column whole.a: not null
-- expect: A drop column setting part.a
-- from
CREATE TABLE whole (a int, b int) PARTITION BY RANGE (b);
CREATE TABLE part PARTITION OF whole DEFAULT;
CREATE TABLE open PARTITION OF whole FOR VALUES FROM (1) TO (2);
ALTER TABLE part ALTER a SET NOT NULL;
-- to
CREATE TABLE whole (a int NOT NULL, b int) PARTITION BY RANGE (b);
CREATE TABLE part PARTITION OF whole DEFAULT;
CREATE TABLE open PARTITION OF whole FOR VALUES FROM (1) TO (2);

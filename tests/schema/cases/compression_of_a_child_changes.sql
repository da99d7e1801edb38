-- since: 14
-- expect: A alter column setting more.b
-- expect: A alter column setting part.b
-- from
CREATE TABLE whole (a int, b text COMPRESSION pglz) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF whole DEFAULT;
CREATE TABLE more PARTITION OF whole FOR VALUES FROM (1) TO (2);
ALTER TABLE part ALTER b SET COMPRESSION default;
ALTER TABLE more ALTER b SET STATISTICS 70;
-- to
CREATE TABLE whole (a int, b text COMPRESSION pglz) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF whole DEFAULT;
CREATE TABLE more PARTITION OF whole FOR VALUES FROM (1) TO (2);
ALTER TABLE more ALTER b SET STATISTICS 70, ALTER b SET COMPRESSION default;

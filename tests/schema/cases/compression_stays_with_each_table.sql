-- since: 14
-- expect: A alter column whole.a
-- expect: A add column setting part_1.a
-- expect: A alter column whole.b
-- expect: A drop column setting part_1.b
-- from
CREATE TABLE whole (id int, a text, b text COMPRESSION pglz) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF whole DEFAULT;
-- to
CREATE TABLE whole (id int, a text COMPRESSION pglz, b text) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF whole DEFAULT;

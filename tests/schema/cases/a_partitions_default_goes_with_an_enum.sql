-- expect: B alter column whole.c
-- expect: A alter column setting part.c
-- expect: A add enum mood
-- since: 14
-- from
CREATE TABLE whole (id int, c text) PARTITION BY LIST (id);
ALTER TABLE whole ALTER c SET COMPRESSION pglz;
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
-- to
CREATE TYPE mood AS ENUM ('a');
CREATE TABLE whole (id int, c mood) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
ALTER TABLE part ALTER c SET DEFAULT 'a';

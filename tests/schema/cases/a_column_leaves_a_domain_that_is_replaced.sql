-- expect: B alter domain label
-- expect: B alter column item.name
-- expect: B alter table part
-- from
CREATE DOMAIN label AS varchar(40) CHECK (length(VALUE) < 20);
CREATE TABLE item (name label);
CREATE TABLE whole (id int, name label) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1, 2);
-- to
CREATE DOMAIN label AS text CHECK (length(VALUE) < 20);
CREATE TABLE item (name jsonb);
CREATE TABLE whole (id int, name label) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (3, 4);

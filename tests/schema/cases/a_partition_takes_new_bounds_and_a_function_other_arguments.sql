-- expect: B alter table part
-- expect: B alter function half(integer)
-- expect: A add index whole_half
-- expect: B drop check whole.small
-- from
CREATE FUNCTION half(a int DEFAULT 3) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a / 2';
CREATE TABLE whole (id int) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (10);
ALTER TABLE whole ADD CONSTRAINT small CHECK (half(id) < 1000);
-- to
CREATE FUNCTION half(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a / 2';
CREATE TABLE whole (id int) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF whole FOR VALUES FROM (100) TO (110);
CREATE INDEX whole_half ON whole (half(id));

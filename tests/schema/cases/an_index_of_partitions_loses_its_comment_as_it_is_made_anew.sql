-- expect: B alter column whole.a
-- expect: A alter comment index public.whole_a
-- expect: A drop comment index public.whole_b
-- from
CREATE TABLE whole (id int, a int) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
CREATE INDEX whole_a ON whole (a);
COMMENT ON INDEX whole_a IS 'one';
CREATE INDEX whole_b ON whole (a DESC);
COMMENT ON INDEX whole_b IS 'one';
-- to
CREATE TABLE whole (id int, a bigint) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
CREATE INDEX whole_a ON whole (a);
COMMENT ON INDEX whole_a IS 'two';
CREATE INDEX whole_b ON whole (a DESC);

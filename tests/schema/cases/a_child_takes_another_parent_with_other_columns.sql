-- expect: B alter table child: partition moved; data loss; constraint dropped; can fail on the data; type coercion; dependency break: index public.lost_idx goes too; view public.reader is dropped and made again
-- expect: B drop index lost_idx
-- expect: B drop sequence numbers
-- expect: B drop table old_parent
-- expect: A add table new_parent
-- from
CREATE SEQUENCE numbers;
CREATE TABLE old_parent (id int DEFAULT nextval('numbers') NOT NULL, lost text, kept varchar(10), CHECK (id > 0));
CREATE TABLE child (own text) INHERITS (old_parent);
CREATE INDEX lost_idx ON child (lost);
CREATE INDEX kept_idx ON child (kept);
CREATE VIEW reader AS SELECT kept FROM child;
-- to
CREATE TABLE new_parent (id bigint NOT NULL, kept text DEFAULT 'x', gained date, CONSTRAINT is_late CHECK (gained > '2020-01-01'));
CREATE TABLE child (own text) INHERITS (new_parent);
ALTER TABLE child ALTER kept SET DEFAULT 'y';
CREATE INDEX kept_idx ON child (kept);
CREATE VIEW reader AS SELECT kept FROM child;

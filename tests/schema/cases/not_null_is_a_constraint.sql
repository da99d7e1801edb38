-- since: 18
-- expect: B alter column t.comes: not null; full scan
-- expect: A alter column t.goes
-- expect: A alter column t.name: renamed
-- expect: B alter column t.own: constraint dropped
-- expect: B alter column t.proved: not null; full scan
-- expect: B alter column t.unproved: constraint dropped
-- expect: A alter column t.later
-- expect: A add column t.new
-- expect: A add table u
-- expect: A add comment table constraint "Name" on public.t
-- expect: A drop comment table constraint name on public.t
-- from
CREATE TABLE t (comes int, goes int CONSTRAINT g NOT NULL, name int CONSTRAINT "name" NOT NULL,
    own int NOT NULL, proved int, unproved int NOT NULL, later int);
ALTER TABLE t ADD CONSTRAINT t_proved_not_null NOT NULL proved NOT VALID;
COMMENT ON CONSTRAINT "name" ON t IS 'named';
-- to
CREATE TABLE t (comes int CONSTRAINT c NOT NULL, goes int, name int CONSTRAINT "Name" NOT NULL,
    own int CONSTRAINT o NOT NULL NO INHERIT, proved int NOT NULL, unproved int, later int,
    new int DEFAULT 1 CONSTRAINT n NOT NULL NO INHERIT);
ALTER TABLE t ADD CONSTRAINT u NOT NULL unproved NOT VALID, ADD CONSTRAINT t_later_not_null NOT NULL later NOT VALID;
COMMENT ON CONSTRAINT "Name" ON t IS 'named';
CREATE TABLE u (a int CONSTRAINT a NOT NULL, b int);
ALTER TABLE u ADD CONSTRAINT u NOT NULL b NO INHERIT NOT VALID;
COMMENT ON CONSTRAINT u ON u IS 'new';

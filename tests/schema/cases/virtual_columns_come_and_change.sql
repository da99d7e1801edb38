-- since: 18
-- expect: B alter column t.changes
-- expect: B alter column t.stored: table rewrite
-- expect: B alter column t.virtual
-- expect: B alter column t.plain
-- expect: A add column t.comes
-- expect: B drop column t.goes: data loss
-- from
CREATE TABLE t (id int, changes int GENERATED ALWAYS AS (id + 1) VIRTUAL,
    stored int GENERATED ALWAYS AS (id + 2) VIRTUAL,
    virtual int GENERATED ALWAYS AS (id + 3) STORED,
    plain int GENERATED ALWAYS AS (id + 4) VIRTUAL,
    goes int GENERATED ALWAYS AS (id + 5) VIRTUAL);
-- to
CREATE TABLE t (id int, changes int GENERATED ALWAYS AS (id * 2) VIRTUAL,
    stored int GENERATED ALWAYS AS (id + 2) STORED,
    virtual int GENERATED ALWAYS AS (id + 3) VIRTUAL,
    plain int,
    comes int GENERATED ALWAYS AS (id + 6) VIRTUAL);

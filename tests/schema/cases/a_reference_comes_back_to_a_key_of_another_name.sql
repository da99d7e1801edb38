-- expect: B alter column item.twice
-- expect: A alter primary key item.other
-- from
CREATE TABLE item (id int, twice int);
ALTER TABLE item ADD PRIMARY KEY (id) INCLUDE (twice);
CREATE TABLE part (id int REFERENCES item (id));
-- to
CREATE TABLE item (id int, twice bigint GENERATED ALWAYS AS (id * 2) STORED);
ALTER TABLE item ADD CONSTRAINT other PRIMARY KEY (id) INCLUDE (twice);
CREATE TABLE part (id int REFERENCES item (id));

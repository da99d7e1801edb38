-- expect: A add column setting child.a
-- expect: B alter column setting child.b: not null
-- expect: B drop column setting child.c: dependency break: inserts relied on the default
-- expect: B add column setting part.a: dependency break: inserts relied on the default
-- from
CREATE TABLE parent (a int, b text, c int);
CREATE TABLE child () INHERITS (parent);
ALTER TABLE child ALTER b SET STATISTICS 10, ALTER b SET STORAGE EXTERNAL;
ALTER TABLE child ALTER c SET DEFAULT 1;
CREATE TABLE whole (a int DEFAULT 1) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
-- to
CREATE TABLE parent (a int, b text, c int);
CREATE TABLE child () INHERITS (parent);
ALTER TABLE child ALTER a SET DEFAULT 5;
ALTER TABLE child ALTER b SET NOT NULL, ALTER b SET (n_distinct = 5);
CREATE TABLE whole (a int DEFAULT 1) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1);
ALTER TABLE part ALTER a DROP DEFAULT;

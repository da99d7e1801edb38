-- expect: B alter column whole.b: type coercion; table rewrite; strong lock
-- expect: A alter column whole.c
-- expect: A alter column setting part.b
-- from
CREATE TABLE whole (a int, b text DEFAULT '1', c text) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF whole DEFAULT;
ALTER TABLE part ALTER b SET DEFAULT '2', ALTER c SET STATISTICS 10;
-- to
CREATE TABLE whole (a int, b int DEFAULT 1, c text) PARTITION BY RANGE (a);
ALTER TABLE whole ALTER c SET STATISTICS 20;
CREATE TABLE part PARTITION OF whole DEFAULT;
ALTER TABLE part ALTER b SET DEFAULT 2, ALTER c SET STATISTICS 10;

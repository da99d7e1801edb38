-- expect: A alter column setting part.a
-- expect: A alter column setting part.b
-- expect: A alter column setting part.c
-- from
CREATE TABLE whole (a int DEFAULT 1, b text, c int) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF whole DEFAULT;
ALTER TABLE part ALTER a SET DEFAULT 2, ALTER c SET STATISTICS 50, ALTER b SET STORAGE EXTERNAL;
-- to
CREATE TABLE whole (a int DEFAULT 1, b text, c int) PARTITION BY RANGE (a);
CREATE TABLE part PARTITION OF whole DEFAULT;
ALTER TABLE part ALTER a SET DEFAULT 3, ALTER c SET STATISTICS 60, ALTER b SET STORAGE MAIN;

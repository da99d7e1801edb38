-- expect: A add table fresh
-- expect: A add column old.more
-- from
CREATE TABLE old (a int);
-- to
CREATE TABLE old (a int, more text);
ALTER TABLE old ALTER more SET STORAGE EXTERNAL, ALTER more SET STATISTICS 50, ALTER more SET (n_distinct = 5);
CREATE TABLE fresh (a text, b text);
ALTER TABLE fresh ALTER a SET STORAGE MAIN, ALTER a SET STATISTICS 100, ALTER a SET (n_distinct = 5);

-- expect: B alter column book.pages
-- expect: B alter column part.pages
-- expect: B alter column word.length
-- from
CREATE TABLE book (id int PRIMARY KEY, pages int);
ALTER TABLE book DROP CONSTRAINT book_pkey, ADD PRIMARY KEY (id) INCLUDE (pages);
CREATE TABLE loan (book int REFERENCES book);
CREATE TABLE part (id int, pages int) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
ALTER TABLE part ADD PRIMARY KEY (id) INCLUDE (pages);
CREATE TABLE quote (part int REFERENCES part);
CREATE TABLE word (id int, length int);
CREATE UNIQUE INDEX word_id ON word (id) INCLUDE (length);
CREATE TABLE verse (word int REFERENCES word (id));
-- to
CREATE TABLE book (id int PRIMARY KEY, pages bigint);
ALTER TABLE book DROP CONSTRAINT book_pkey, ADD PRIMARY KEY (id) INCLUDE (pages);
CREATE TABLE loan (book int REFERENCES book);
CREATE TABLE part (id int, pages bigint) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
ALTER TABLE part ADD PRIMARY KEY (id) INCLUDE (pages);
CREATE TABLE quote (part int REFERENCES part);
CREATE TABLE word (id int, length bigint);
CREATE UNIQUE INDEX word_id ON word (id) INCLUDE (length);
CREATE TABLE verse (word int REFERENCES word (id));

-- expect: B alter column item.pages
-- expect: B add foreign key loan.loan_item_fkey
-- expect: B drop index item_id
-- expect: A add domain number
-- from
CREATE TABLE item (id int, pages int);
ALTER TABLE item ADD PRIMARY KEY (id) INCLUDE (pages);
CREATE UNIQUE INDEX item_id ON item (id);
CREATE TABLE loan (item int);
-- to
CREATE DOMAIN number AS int;
CREATE TABLE item (id int, pages number);
ALTER TABLE item ADD PRIMARY KEY (id) INCLUDE (pages);
CREATE TABLE loan (item int REFERENCES item (id));

-- expect: B alter collation apart
-- from
CREATE COLLATION apart (provider = icu, locale = 'de');
CREATE TABLE item (id int, name text COLLATE apart);
ALTER TABLE item ADD PRIMARY KEY (id) INCLUDE (name);
CREATE TABLE loan (item int REFERENCES item (id));
-- to
CREATE COLLATION apart (provider = icu, locale = 'en');
CREATE TABLE item (id int, name text COLLATE apart);
ALTER TABLE item ADD PRIMARY KEY (id) INCLUDE (name);
CREATE TABLE loan (item int REFERENCES item (id));

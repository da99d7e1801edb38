-- expect: B alter enum mood: data loss: label 'c' goes
-- from
CREATE TYPE mood AS ENUM ('a', 'b', 'c');
CREATE TABLE people (id int, feels mood, fine boolean GENERATED ALWAYS AS (feels = 'a') STORED);
ALTER TABLE people ADD PRIMARY KEY (id) INCLUDE (feels);
CREATE TABLE friend (id int REFERENCES people);
-- to
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE people (id int, feels mood, fine boolean GENERATED ALWAYS AS (feels = 'a') STORED);
ALTER TABLE people ADD PRIMARY KEY (id) INCLUDE (feels);
CREATE TABLE friend (id int REFERENCES people);

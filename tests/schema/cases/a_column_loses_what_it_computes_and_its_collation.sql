-- expect: B alter column people.name
-- expect: B alter column people.short
-- expect: A add collation apart
-- from
CREATE TABLE people (name text COLLATE "C", short text COLLATE "C");
-- to
CREATE COLLATION apart (provider = icu, locale = 'en-US');
CREATE TABLE people (name text COLLATE apart DEFAULT 'x', short text COLLATE apart GENERATED ALWAYS AS ('y') STORED);

-- expect: A alter enum mood: a label cannot be taken away again
-- expect: A alter column t.m
-- from
CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TABLE t (m mood DEFAULT 'ok');
-- to
CREATE TYPE mood AS ENUM ('best', 'ok', 'so-so', 'meh', 'sad', 'it''s over'); CREATE TABLE t (m mood DEFAULT 'meh');

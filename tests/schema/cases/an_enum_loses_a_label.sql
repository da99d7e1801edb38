-- expect: B alter enum mood: data loss: label 'sad' goes; type coercion; table rewrite
-- from
CREATE TYPE mood AS ENUM ('ok', 'sad', 'good');
CREATE TABLE t (a mood NOT NULL DEFAULT 'ok', b mood[], CHECK (a <> 'good')); CREATE INDEX i ON t (b) WHERE a = 'ok';
CREATE VIEW v AS SELECT a FROM t;
-- to
CREATE TYPE mood AS ENUM ('good', 'ok');
CREATE TABLE t (a mood NOT NULL DEFAULT 'ok', b mood[], CHECK (a <> 'good')); CREATE INDEX i ON t (b) WHERE a = 'ok';
CREATE VIEW v AS SELECT a FROM t;

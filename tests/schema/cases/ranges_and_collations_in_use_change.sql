-- expect: B alter collation sorting: definition replaced; index public.word_idx is dropped and made again; full scan
-- expect: B alter range type span: definition replaced; table rewrite; strong lock
-- from
CREATE TYPE span AS RANGE (SUBTYPE = int);
CREATE COLLATION sorting (PROVIDER = icu, LOCALE = 'de');
CREATE TABLE t (a span DEFAULT '[1,2)', b span[], word text COLLATE sorting);
CREATE INDEX word_idx ON t (word);
-- to
CREATE TYPE span AS RANGE (SUBTYPE = bigint);
CREATE COLLATION sorting (PROVIDER = icu, LOCALE = 'en-US');
CREATE TABLE t (a span DEFAULT '[1,2)', b span[], word text COLLATE sorting);
CREATE INDEX word_idx ON t (word);

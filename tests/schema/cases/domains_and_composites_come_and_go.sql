-- expect: B drop composite type pair: dependency break
-- expect: B drop domain gone: dependency break
-- expect: B alter domain must: not null; full scan; strong lock
-- expect: B alter domain sorted: type coercion; table rewrite; strong lock
-- expect: A add composite type triple
-- expect: A alter domain may
-- from
CREATE DOMAIN sorted AS text CHECK (VALUE <> '');
CREATE DOMAIN must AS int;
CREATE DOMAIN may AS int NOT NULL;
CREATE DOMAIN gone AS int;
CREATE TYPE pair AS (a int, b text);
CREATE TABLE t (a must, b may, c sorted);
-- to
CREATE DOMAIN sorted AS text COLLATE "C" CHECK (VALUE <> '');
CREATE DOMAIN must AS int NOT NULL;
CREATE DOMAIN may AS int;
CREATE TYPE triple AS (a int, b text COLLATE "C", c numeric(5,2));
CREATE TABLE t (a must, b may, c sorted);

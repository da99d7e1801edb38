-- expect: A alter column t.id
-- expect: B drop sequence one
-- expect: A add sequence two
-- from
CREATE SEQUENCE one; CREATE TABLE t (id int DEFAULT nextval('one'));
-- to
CREATE SEQUENCE two; CREATE TABLE t (id int DEFAULT nextval('two'));

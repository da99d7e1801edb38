-- expect: B drop column t.mail: data loss; looks like a rename to t.email
-- expect: A add column t.email: looks like a rename of t.mail
-- from
CREATE TABLE t (mail text);
-- to
CREATE TABLE t (email text);

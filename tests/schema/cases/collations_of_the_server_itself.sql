-- since: 17
-- expect: A add collation comes
-- expect: B alter collation changes
-- from
CREATE COLLATION changes (PROVIDER = builtin, LOCALE = 'C');
-- to
CREATE COLLATION changes (PROVIDER = builtin, LOCALE = 'C.UTF-8');
CREATE COLLATION comes (PROVIDER = builtin, LOCALE = 'C.UTF-8');

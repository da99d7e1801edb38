-- since: 16
-- expect: A add collation comes
-- expect: B alter collation changes
-- from
CREATE COLLATION changes (PROVIDER = icu, LOCALE = 'de', RULES = '&a < g');
-- to
CREATE COLLATION changes (PROVIDER = icu, LOCALE = 'de', RULES = '&a < h');
CREATE COLLATION comes (PROVIDER = icu, LOCALE = 'und', DETERMINISTIC = false);

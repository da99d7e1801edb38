-- expect: A add text search dictionary short
-- expect: A add text search configuration mine
-- expect: B alter text search configuration kept: definition replaced
-- expect: B drop text search dictionary gone: dependency break
-- from
CREATE TEXT SEARCH DICTIONARY gone (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION kept (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION kept ADD MAPPING FOR asciiword WITH simple;
ALTER TEXT SEARCH CONFIGURATION kept ADD MAPPING FOR word WITH simple;
-- to
CREATE TEXT SEARCH DICTIONARY short (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION mine (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION mine ADD MAPPING FOR asciiword, word WITH short, simple;
CREATE TEXT SEARCH CONFIGURATION kept (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION kept ADD MAPPING FOR asciiword WITH english_stem;

-- expect: B alter text search configuration conf: definition replaced
-- expect: B drop text search configuration less: dependency break
-- expect: B alter text search dictionary dic: definition replaced; text search configuration public.conf is dropped and made again
-- expect: B drop text search parser gone: dependency break
-- expect: B alter text search parser par: definition replaced; text search configuration public.conf is dropped and made again
-- expect: B drop text search template old: dependency break
-- expect: B alter text search template tem: definition replaced
-- expect: A add text search parser come
-- expect: A add text search template new
-- from
CREATE TEXT SEARCH PARSER gone (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH PARSER par (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE old (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH TEMPLATE tem (LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY dic (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION conf (PARSER = par);
ALTER TEXT SEARCH CONFIGURATION conf ADD MAPPING FOR word WITH dic;
CREATE TEXT SEARCH CONFIGURATION less (PARSER = "default");
-- to
CREATE TEXT SEARCH PARSER par (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH PARSER come (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE tem (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH TEMPLATE new (LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY dic (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION conf (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION conf ADD MAPPING FOR word WITH dic;

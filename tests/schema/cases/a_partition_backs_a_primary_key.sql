-- expect: B alter primary key p.p_key: constraint dropped; can fail on the data
-- expect: B add unique p_part.p_a: can fail on the data; full scan
-- from
CREATE TABLE p (a int, CONSTRAINT p_key PRIMARY KEY (a)) PARTITION BY RANGE (a);
CREATE TABLE p_part PARTITION OF p FOR VALUES FROM (1) TO (10);
-- to
CREATE TABLE p (a int NOT NULL) PARTITION BY RANGE (a);
CREATE TABLE p_part PARTITION OF p FOR VALUES FROM (1) TO (10);
ALTER TABLE p_part ADD CONSTRAINT p_a UNIQUE (a);
ALTER TABLE ONLY p ADD CONSTRAINT p_key PRIMARY KEY (a);
ALTER INDEX p_key ATTACH PARTITION p_a;

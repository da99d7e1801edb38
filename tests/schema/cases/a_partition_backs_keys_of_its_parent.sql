-- expect: B add primary key u_part.u_key: can fail on the data; full scan
-- expect: B alter unique u.u_a: constraint dropped; can fail on the data
-- from
CREATE TABLE u (a int NOT NULL, b int, CONSTRAINT u_a UNIQUE (a)) PARTITION BY RANGE (a);
CREATE TABLE u_part PARTITION OF u FOR VALUES FROM (1) TO (10);
-- to
CREATE TABLE u (a int NOT NULL, b int) PARTITION BY RANGE (a);
CREATE TABLE u_part PARTITION OF u FOR VALUES FROM (1) TO (10);
ALTER TABLE u_part ADD CONSTRAINT u_key PRIMARY KEY (a);
ALTER TABLE ONLY u ADD CONSTRAINT u_a UNIQUE (a);
ALTER INDEX u_a ATTACH PARTITION u_key;

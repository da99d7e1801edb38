-- since: 18
-- expect: B alter publication off
-- expect: B alter publication on_
-- expect: A add publication new
-- from
CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a) STORED);
CREATE PUBLICATION on_ FOR TABLE t;
CREATE PUBLICATION off FOR TABLE t WITH (publish_generated_columns = stored);
-- to
CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a) STORED);
CREATE PUBLICATION on_ FOR TABLE t WITH (publish_generated_columns = stored);
CREATE PUBLICATION off FOR TABLE t;
CREATE PUBLICATION new FOR TABLE t WITH (publish_generated_columns = stored);

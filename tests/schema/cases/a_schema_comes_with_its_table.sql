-- expect: A add schema app
-- expect: A add table app.orders
-- from
-- to
CREATE SCHEMA app; CREATE TABLE app.orders (id int);

-- expect: B add rule orders.no_delete: statements do something else
-- expect: B drop rule orders.no_update: statements do something else
-- expect: B alter rule orders.no_insert: statements do something else
-- from
CREATE TABLE orders (id int);
CREATE RULE no_update AS ON UPDATE TO orders DO INSTEAD NOTHING;
CREATE RULE no_insert AS ON INSERT TO orders DO INSTEAD NOTHING;
-- to
CREATE TABLE orders (id int);
CREATE RULE no_delete AS ON DELETE TO orders DO INSTEAD NOTHING;
CREATE RULE no_insert AS ON INSERT TO orders DO INSTEAD NOTHING;
ALTER TABLE orders DISABLE RULE no_insert;

-- expect: B alter column items.status: type coercion
-- expect: B drop enum state: dependency break
-- from
CREATE TYPE state AS ENUM ('pending', 'done');
CREATE TABLE items (id int, status state DEFAULT 'pending');
-- to
CREATE TABLE items (id int, status text);

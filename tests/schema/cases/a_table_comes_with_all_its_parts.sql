-- expect: A add table orders
-- expect: A add table users
-- from
-- to
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail text COLLATE "C" NOT NULL UNIQUE, boss bigint REFERENCES users);
CREATE TABLE orders (id serial PRIMARY KEY, "user" bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    total numeric(14,2) DEFAULT 0 CHECK (total >= 0), twice numeric GENERATED ALWAYS AS (total * 2) STORED);
CREATE INDEX orders_user_idx ON orders ("user") WHERE total > 0;

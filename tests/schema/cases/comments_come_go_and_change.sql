-- expect: A add comment table public.orders
-- expect: A alter comment table column public.orders.id
-- expect: A drop comment view public.totals
-- expect: A add comment view column public.totals.id
-- expect: A add comment index public.orders_id_idx
-- expect: A add comment table constraint positive on public.orders
-- expect: A add comment domain constraint small on public.tiny
-- expect: A add comment type public.tiny
-- expect: A add comment type public.mood
-- expect: A add comment composite type column public.pair.a
-- expect: A add comment function public.f(integer)
-- expect: A add comment trigger touched on public.orders
-- expect: A add comment policy mine on public.orders
-- expect: A add comment sequence public.s
-- expect: A add comment schema app
-- from
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('a');
CREATE TYPE pair AS (a int);
CREATE DOMAIN tiny AS int CONSTRAINT small CHECK (VALUE < 10);
CREATE SEQUENCE s;
CREATE TABLE orders (id int CONSTRAINT positive CHECK (id > 0));
CREATE INDEX ON orders (id);
CREATE VIEW totals AS SELECT id FROM orders;
CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY mine ON orders USING (true);
COMMENT ON COLUMN orders.id IS 'a number';
COMMENT ON VIEW totals IS 'sums';
-- to
CREATE SCHEMA app;
CREATE TYPE mood AS ENUM ('a');
CREATE TYPE pair AS (a int);
CREATE DOMAIN tiny AS int CONSTRAINT small CHECK (VALUE < 10);
CREATE SEQUENCE s;
CREATE TABLE orders (id int CONSTRAINT positive CHECK (id > 0));
CREATE INDEX ON orders (id);
CREATE VIEW totals AS SELECT id FROM orders;
CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
CREATE POLICY mine ON orders USING (true);
COMMENT ON COLUMN orders.id IS 'it''s the number';
COMMENT ON TABLE orders IS 'orders';
COMMENT ON COLUMN totals.id IS 'whose';
COMMENT ON INDEX orders_id_idx IS 'i';
COMMENT ON CONSTRAINT positive ON orders IS 'c';
COMMENT ON CONSTRAINT small ON DOMAIN tiny IS 'c';
COMMENT ON DOMAIN tiny IS 'd';
COMMENT ON TYPE mood IS 'm';
COMMENT ON COLUMN pair.a IS 'one';
COMMENT ON FUNCTION f(int) IS 'f';
COMMENT ON TRIGGER touched ON orders IS 't';
COMMENT ON POLICY mine ON orders IS 'p';
COMMENT ON SEQUENCE s IS 's';
COMMENT ON SCHEMA app IS 'the app';

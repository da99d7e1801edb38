-- expect: B alter column "Order"."userId": type coercion
-- expect: A add column "Order"."x.y"
-- expect: A add index "Order_userId_idx"
-- from
CREATE TABLE "Order" (id int, "userId" int);
-- to
CREATE TABLE "Order" (id int, "userId" bigint, "x.y" text);
CREATE INDEX "Order_userId_idx" ON "Order" ("userId");

-- A view that the reports read; Prisma does not know of it.
CREATE VIEW "product_sales" AS
SELECT p.id, p.sku, count(i.order_id) AS orders, coalesce(sum(i.quantity), 0) AS pieces
  FROM products p LEFT JOIN order_items i ON i.product_id = p.id
 GROUP BY p.id, p.sku;

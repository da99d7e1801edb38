-- What the shop's workers ask, read-only.

-- The mail worker's next jobs.
SELECT id, payload FROM jobs WHERE queue = 'mail' AND run_at <= now() ORDER BY run_at LIMIT 10;

-- The billing worker's paid orders without a payment.
SELECT o.id, o.total, o.currency FROM orders o
 WHERE o.status = 'paid' AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id)
 ORDER BY o.created_at LIMIT 10;

-- The coupon worker's notes, which need the column.
SELECT code, percent, note FROM coupons WHERE valid_until IS NULL;

-- The nightly report.
SELECT sku, orders, pieces FROM product_sales ORDER BY pieces DESC LIMIT 10;

-- The shop's data: a quarter of a million rows, the same ones each time.
SELECT setseed(0.42);

INSERT INTO users (email, name, created_at)
SELECT 'user' || n || '@example.com', 'User ' || n,
       timestamp '2024-01-01' + n * interval '20 minutes'
  FROM generate_series(1, 40000) n;

INSERT INTO products (sku, title, price, description, active)
SELECT 'SKU-' || lpad(n::text, 5, '0'), 'Product ' || n,
       (5 + n % 200)::numeric + 0.90, 'It does what product ' || n || ' does.', n % 50 <> 0
  FROM generate_series(1, 2000) n;

INSERT INTO orders (user_id, status, total, created_at)
SELECT 1 + (n * 7919) % 40000,
       (array['new', 'paid', 'shipped', 'cancelled'])[1 + n % 4]::order_status,
       round((10 + random() * 490)::numeric, 2),
       timestamp '2025-01-01' + n * interval '7 minutes'
  FROM generate_series(1, 80000) n;

INSERT INTO order_items (order_id, product_id, quantity, price)
SELECT n, 1 + (n * 31 + k * 977) % 2000, 1 + (n + k) % 3, (5 + n % 200)::numeric
  FROM generate_series(1, 80000) n, generate_series(1, 1 + n % 2) k;

INSERT INTO payments (order_id, amount, reference, received_at)
SELECT id, total, 'PAY-' || id, created_at + interval '1 hour'
  FROM orders WHERE status IN ('paid', 'shipped');

INSERT INTO addresses (user_id, street, city)
SELECT n, n || ' Example Street', (array['Berlin', 'Köln', 'Jena'])[1 + n % 3]
  FROM generate_series(1, 20000) n;

INSERT INTO reviews (product_id, user_id, stars, text)
SELECT 1 + n % 2000, 1 + (n * 13) % 40000, 1 + n % 5, 'Review ' || n
  FROM generate_series(1, 10000) n;

INSERT INTO coupons (code, percent) SELECT 'CODE' || n, 5 * n FROM generate_series(1, 10) n;

INSERT INTO jobs (queue, payload)
SELECT 'mail', jsonb_build_object('order', n) FROM generate_series(1, 500) n;

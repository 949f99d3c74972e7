-- The payment a provider's callback talks about.
SELECT id, order_id, status
FROM payments
WHERE provider_ref = $1;

-- The payment of an order.
SELECT id, provider_ref, status
FROM payments
WHERE order_id = $1;

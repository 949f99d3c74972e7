ALTER TABLE shipments DROP COLUMN delivered_at;

ALTER TABLE shipments ADD COLUMN delivered_at timestamptz;

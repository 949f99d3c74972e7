-- CreateIndex
CREATE INDEX CONCURRENTLY "reviews_product_id_created_at_idx" ON "reviews"("product_id", "created_at");

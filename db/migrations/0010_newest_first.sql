CREATE INDEX "candles_newest" ON "candles" USING btree ("timestamp");--> statement-breakpoint
CREATE INDEX "crypto_prices_newest" ON "crypto_prices" USING btree ("timestamp");--> statement-breakpoint
CREATE INDEX "predictions_newest" ON "predictions" USING btree ("target_time");--> statement-breakpoint
CREATE INDEX "price_comparisons_newest" ON "price_comparisons" USING btree ("timestamp");--> statement-breakpoint
CREATE INDEX "pipeline_runs_newest" ON "pipeline_runs" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "idx_match_observations_newest" ON "match_observations" USING btree ("at");--> statement-breakpoint
CREATE INDEX "idx_matches_newest" ON "matches" USING btree ("timestamp_utc");
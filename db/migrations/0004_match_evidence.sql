DROP INDEX "idx_match_observations_time";--> statement-breakpoint
ALTER TABLE "feed_polls" ADD COLUMN "refused" text;--> statement-breakpoint
ALTER TABLE "match_observations" ADD COLUMN "team1" text;--> statement-breakpoint
ALTER TABLE "match_observations" ADD COLUMN "team2" text;--> statement-breakpoint
ALTER TABLE "match_observations" ADD COLUMN "league" text;--> statement-breakpoint
ALTER TABLE "match_observations" ADD COLUMN "league_id" bigint;--> statement-breakpoint
ALTER TABLE "match_observations" ADD COLUMN "starts_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "match_observations" ADD COLUMN "result_id" bigint;--> statement-breakpoint
ALTER TABLE "match_observations" ADD COLUMN "is_odds_only" boolean;--> statement-breakpoint
ALTER TABLE "matches" ADD COLUMN "result_id" bigint;--> statement-breakpoint
CREATE INDEX "idx_match_observations_odds" ON "match_observations" USING btree ("at") WHERE is_odds_only;
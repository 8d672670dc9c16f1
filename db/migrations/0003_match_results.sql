CREATE TABLE "pipeline_run_hours" (
	"pipeline" text NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"runs" integer NOT NULL,
	"fetched" bigint NOT NULL,
	"written" bigint NOT NULL,
	"rejected" bigint NOT NULL,
	CONSTRAINT "pipeline_run_hours_pipeline_hour_pk" PRIMARY KEY("pipeline","hour")
);
--> statement-breakpoint
CREATE TABLE "feed_polls" (
	"feed" text NOT NULL,
	"kind" text NOT NULL,
	"collected_for" timestamp with time zone NOT NULL,
	"polled_at" timestamp with time zone NOT NULL,
	"truncated" boolean NOT NULL,
	"told" jsonb NOT NULL,
	"unread" jsonb,
	"followed_at" timestamp with time zone,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "feed_polls_feed_kind_collected_for_pk" PRIMARY KEY("feed","kind","collected_for")
);
--> statement-breakpoint
CREATE TABLE "match_observations" (
	"feed" text NOT NULL,
	"event_id" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"source" text NOT NULL,
	"state" text NOT NULL,
	"status" text,
	"elapsed_s" integer,
	"score1" integer,
	"score2" integer,
	"odds_1" double precision,
	"odds_x" double precision,
	"odds_2" double precision,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "match_observations_feed_event_id_at_source_pk" PRIMARY KEY("feed","event_id","at","source")
);
--> statement-breakpoint
CREATE TABLE "matches" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "matches_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"timestamp_utc" timestamp with time zone NOT NULL,
	"feed" text NOT NULL,
	"event_id" bigint NOT NULL,
	"league" text NOT NULL,
	"league_id" bigint,
	"team1" text NOT NULL,
	"team2" text NOT NULL,
	"starts_at" timestamp with time zone,
	"started_at" timestamp with time zone,
	"opening_odds_1" double precision,
	"opening_odds_x" double precision,
	"opening_odds_2" double precision,
	"odds_1" double precision,
	"odds_x" double precision,
	"odds_2" double precision,
	"score1" integer,
	"score2" integer,
	"last_seen_score1" integer,
	"last_seen_score2" integer,
	"status" text,
	"state" text NOT NULL,
	"confidence" text,
	"settled_by" text,
	"outcome" text,
	"last_seen_at" timestamp with time zone NOT NULL,
	"over_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone GENERATED ALWAYS AS (observed_at) STORED,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "matches_event" UNIQUE("feed","event_id"),
	CONSTRAINT "matches_confidence" CHECK (confidence in ('confirmed', 'last-seen')),
	CONSTRAINT "matches_outcome" CHECK ((outcome is not null) = (confidence is not distinct from 'confirmed')),
	CONSTRAINT "matches_state" CHECK (state in ('seen', 'live', 'suspended', 'ended', 'vanished', 'settled'))
);
--> statement-breakpoint
CREATE INDEX "idx_feed_polls_time" ON "feed_polls" USING btree ("feed","polled_at");--> statement-breakpoint
CREATE INDEX "idx_feed_polls_pending" ON "feed_polls" USING btree ("feed","polled_at") WHERE followed_at is null;--> statement-breakpoint
CREATE INDEX "idx_match_observations_time" ON "match_observations" USING brin ("at");--> statement-breakpoint
CREATE INDEX "idx_matches_open" ON "matches" USING btree ("feed") WHERE state in ('seen', 'live', 'suspended', 'ended');--> statement-breakpoint
CREATE INDEX "idx_matches_over" ON "matches" USING btree ("feed","over_at");--> statement-breakpoint
-- Every match on show is updated every minute; with room on its page such an update touches no index.
ALTER TABLE "matches" SET (fillfactor = 70);

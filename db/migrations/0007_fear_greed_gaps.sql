CREATE TABLE "fear_greed_gaps" (
	"date" date PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL
);

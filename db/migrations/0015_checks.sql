CREATE TABLE "check_results" (
	"run_id" text NOT NULL,
	"pipeline" text NOT NULL,
	"table_name" text NOT NULL,
	"name" text NOT NULL,
	"subject" text NOT NULL,
	"checked_at" timestamp with time zone NOT NULL,
	"passed" boolean NOT NULL,
	"found" integer NOT NULL,
	"finding" json,
	CONSTRAINT "check_results_run_id_table_name_name_subject_pk" PRIMARY KEY("run_id","table_name","name","subject")
);
--> statement-breakpoint
CREATE INDEX "check_results_of_pipeline" ON "check_results" USING btree ("pipeline","checked_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "check_results_newest" ON "check_results" USING btree ("checked_at");--> statement-breakpoint
-- Older ones tell nothing that the runs do not tell.
INSERT INTO "check_results" ("run_id", "pipeline", "table_name", "name", "subject", "checked_at", "passed", "found", "finding")
SELECT "run_id", 'crypto-forecast', 'crypto_prices', "name", "crypto", "checked_at", "passed", "found",
  json_build_object('code', 'text', 'values', json_build_object('text', "name" || ': ' || "crypto" || ' ' || "said"))
FROM "price_checks" WHERE "checked_at" > now() - interval '14 days'
ON CONFLICT DO NOTHING;--> statement-breakpoint
DROP TABLE "price_checks";

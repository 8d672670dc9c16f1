CREATE TABLE "upstream_call_hours" (
	"hour" timestamp with time zone NOT NULL,
	"client" text NOT NULL,
	"quota" text NOT NULL,
	"status" text NOT NULL,
	"within_s" double precision NOT NULL,
	"calls" bigint NOT NULL,
	"retries" bigint NOT NULL,
	"seconds" double precision NOT NULL,
	CONSTRAINT "upstream_call_hours_hour_client_quota_status_within_s_pk" PRIMARY KEY("hour","client","quota","status","within_s")
);
--> statement-breakpoint
CREATE TABLE "upstream_calls" (
	"client" text NOT NULL,
	"quota" text NOT NULL,
	"status" text NOT NULL,
	"within_s" double precision NOT NULL,
	"calls" bigint NOT NULL,
	"retries" bigint NOT NULL,
	"seconds" double precision NOT NULL,
	CONSTRAINT "upstream_calls_client_quota_status_within_s_pk" PRIMARY KEY("client","quota","status","within_s")
);

CREATE TABLE "upstream_budgets" (
	"client" text NOT NULL,
	"quota" text NOT NULL,
	"most" bigint,
	"remaining" bigint,
	"resets_at" timestamp with time zone,
	"blocked_at" timestamp with time zone,
	"blocked_until" timestamp with time zone,
	"blocked_status" integer,
	"observed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "upstream_budgets_client_quota_pk" PRIMARY KEY("client","quota")
);

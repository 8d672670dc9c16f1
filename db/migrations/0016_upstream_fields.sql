CREATE TABLE "upstream_fields" (
	"client" text NOT NULL,
	"object" text NOT NULL,
	"field" text NOT NULL,
	"drift" text NOT NULL,
	"answers" bigint NOT NULL,
	"since_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "upstream_fields_client_object_field_drift_pk" PRIMARY KEY("client","object","field","drift")
);

CREATE TABLE "run_events" (
	"run_id" text NOT NULL,
	"type" text NOT NULL,
	"pipeline" text NOT NULL,
	"payload" json NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "run_events_run_id_type_pk" PRIMARY KEY("run_id","type")
);
--> statement-breakpoint
CREATE TABLE "libraries" (
	"library" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"github_id" bigint,
	"stars" integer,
	"state" text NOT NULL,
	"reason" text,
	"pushed_at" timestamp with time zone,
	"size_kb" integer,
	"asked_at" timestamp with time zone,
	"first_seen" timestamp with time zone DEFAULT now() NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "library_attempts" (
	"library" text PRIMARY KEY NOT NULL,
	"why" text NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"verdicts" jsonb NOT NULL,
	"failures" integer NOT NULL,
	"next_try_at" timestamp with time zone,
	"commit" text,
	"clone_bytes" bigint,
	"seconds" real NOT NULL,
	"tried_at" timestamp with time zone NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "library_catalogue" (
	"domain" text NOT NULL,
	"named" text NOT NULL,
	"name" text NOT NULL,
	"source" text NOT NULL,
	"ascl_id" text,
	"seen_at" timestamp with time zone NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "library_catalogue_domain_named_pk" PRIMARY KEY("domain","named")
);
--> statement-breakpoint
CREATE TABLE "library_contexts" (
	"library" text PRIMARY KEY NOT NULL,
	"file" text NOT NULL,
	"markdown" text NOT NULL,
	"hash" text NOT NULL,
	"bytes" integer NOT NULL,
	"tokens" integer NOT NULL,
	"left_out" integer NOT NULL,
	"commit" text,
	"engine" text NOT NULL,
	"mode" text,
	"engine_version" text,
	"measures" jsonb NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"left_at" timestamp with time zone,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "library_names" (
	"named" text PRIMARY KEY NOT NULL,
	"library" text NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "library_snapshots" (
	"date" date NOT NULL,
	"domain" text NOT NULL,
	"library" text NOT NULL,
	"rank" integer,
	"stars" integer,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "library_snapshots_date_domain_library_pk" PRIMARY KEY("date","domain","library")
);
--> statement-breakpoint
ALTER TABLE "library_attempts" ADD CONSTRAINT "library_attempts_library_libraries_library_fk" FOREIGN KEY ("library") REFERENCES "libraries"("library") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "library_contexts" ADD CONSTRAINT "library_contexts_library_libraries_library_fk" FOREIGN KEY ("library") REFERENCES "libraries"("library") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "library_names" ADD CONSTRAINT "library_names_library_libraries_library_fk" FOREIGN KEY ("library") REFERENCES "libraries"("library") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
ALTER TABLE "library_snapshots" ADD CONSTRAINT "library_snapshots_library_libraries_library_fk" FOREIGN KEY ("library") REFERENCES "libraries"("library") ON DELETE cascade ON UPDATE cascade;--> statement-breakpoint
CREATE UNIQUE INDEX "libraries_github_id" ON "libraries" USING btree ("github_id");--> statement-breakpoint
CREATE INDEX "idx_library_catalogue_seen" ON "library_catalogue" USING btree ("domain","seen_at" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "library_contexts_file" ON "library_contexts" USING btree (lower("file"));--> statement-breakpoint
CREATE INDEX "idx_library_snapshots_library" ON "library_snapshots" USING btree ("library","date" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "idx_library_snapshots_newest" ON "library_snapshots" USING btree ("domain","date" DESC NULLS LAST);
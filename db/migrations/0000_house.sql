CREATE TABLE "daily_stats" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"date" date NOT NULL,
	"platform" text NOT NULL,
	"total_downloads" bigint NOT NULL,
	"followers" bigint,
	"versions_count" integer,
	"thumbs_up" bigint,
	"mod_id" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "daily_stats_key" UNIQUE("date","platform","mod_id")
);
--> statement-breakpoint
CREATE TABLE "modpack_stats" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"date" date NOT NULL,
	"platform" text NOT NULL,
	"modpack_name" text NOT NULL,
	"modpack_slug" text NOT NULL,
	"downloads" bigint NOT NULL,
	"followers" bigint,
	"mod_id" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "modpack_stats_key" UNIQUE("date","platform","mod_id","modpack_slug")
);
--> statement-breakpoint
CREATE TABLE "modpacks" (
	"mod_id" integer NOT NULL,
	"slug" text NOT NULL,
	"curseforge_id" bigint,
	"name" text NOT NULL,
	"link" text,
	"downloads" bigint,
	"first_seen" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen" timestamp with time zone,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "modpacks_mod_id_slug_pk" PRIMARY KEY("mod_id","slug")
);
--> statement-breakpoint
CREATE TABLE "mods" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "mods_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text,
	"modrinth" text,
	"modrinth_id" text,
	"curseforge_id" bigint,
	"curseforge_slug" text,
	"tracked" boolean NOT NULL,
	"dependents_page" integer DEFAULT 1 NOT NULL,
	"dependents_read_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mods_modrinth_unique" UNIQUE("modrinth"),
	CONSTRAINT "mods_modrinth_id_unique" UNIQUE("modrinth_id"),
	CONSTRAINT "mods_curseforge_id_unique" UNIQUE("curseforge_id")
);
--> statement-breakpoint
CREATE TABLE "version_stats" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"date" date NOT NULL,
	"platform" text NOT NULL,
	"version_id" text NOT NULL,
	"version_name" text NOT NULL,
	"version_number" text,
	"downloads" bigint NOT NULL,
	"date_published" timestamp with time zone,
	"mod_id" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "version_stats_key" UNIQUE("date","platform","version_id")
);
--> statement-breakpoint
CREATE TABLE "pipeline_runs" (
	"run_id" text PRIMARY KEY NOT NULL,
	"workflow_id" text NOT NULL,
	"pipeline" text NOT NULL,
	"trigger" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"outcome" text DEFAULT 'running' NOT NULL,
	"counts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"error_type" text,
	"error_message" text
);
--> statement-breakpoint
CREATE TABLE "quarantine" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "quarantine_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source" text NOT NULL,
	"reason" text NOT NULL,
	"row" jsonb NOT NULL,
	"row_hash" text NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "quarantine_once_a_run" UNIQUE("run_id","source","row_hash")
);
--> statement-breakpoint
CREATE TABLE "raw_payloads" (
	"hash" text PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"url" text NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	"bytes" integer NOT NULL,
	"body" "bytea" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "daily_stats" ADD CONSTRAINT "daily_stats_mod_id_mods_id_fk" FOREIGN KEY ("mod_id") REFERENCES "public"."mods"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "modpack_stats" ADD CONSTRAINT "modpack_stats_mod_id_mods_id_fk" FOREIGN KEY ("mod_id") REFERENCES "public"."mods"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "modpacks" ADD CONSTRAINT "modpacks_mod_id_mods_id_fk" FOREIGN KEY ("mod_id") REFERENCES "public"."mods"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "version_stats" ADD CONSTRAINT "version_stats_mod_id_mods_id_fk" FOREIGN KEY ("mod_id") REFERENCES "public"."mods"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_daily_stats_date" ON "daily_stats" USING btree ("date" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "idx_daily_stats_mod" ON "daily_stats" USING btree ("mod_id","platform","date" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "idx_modpack_stats_slug" ON "modpack_stats" USING btree ("platform","modpack_slug","date" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "idx_modpacks_curseforge_id" ON "modpacks" USING btree ("curseforge_id");--> statement-breakpoint
CREATE INDEX "idx_version_stats_mod" ON "version_stats" USING btree ("mod_id","platform","date" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "pipeline_runs_one_open" ON "pipeline_runs" USING btree ("pipeline") WHERE finished_at is null;--> statement-breakpoint
CREATE INDEX "pipeline_runs_recent" ON "pipeline_runs" USING btree ("pipeline","started_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "raw_payloads_age" ON "raw_payloads" USING btree ("source","observed_at");
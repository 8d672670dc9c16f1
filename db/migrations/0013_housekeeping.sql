CREATE TABLE "disk_sizes" (
	"day" date NOT NULL,
	"folder" text NOT NULL,
	"free_bytes" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "disk_sizes_day_folder_pk" PRIMARY KEY("day","folder")
);
--> statement-breakpoint
CREATE TABLE "table_sizes" (
	"day" date NOT NULL,
	"table_name" text NOT NULL,
	"rows" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "table_sizes_day_table_name_pk" PRIMARY KEY("day","table_name")
);
--> statement-breakpoint
CREATE INDEX "idx_disk_sizes_folder" ON "disk_sizes" USING btree ("folder","day" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "idx_table_sizes_table" ON "table_sizes" USING btree ("table_name","day" DESC NULLS LAST);
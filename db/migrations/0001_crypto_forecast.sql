CREATE TABLE "candles" (
	"crypto" text NOT NULL,
	"timestamp" timestamp with time zone NOT NULL,
	"source" text NOT NULL,
	"open" double precision,
	"high" double precision,
	"low" double precision,
	"close" double precision NOT NULL,
	"volume" double precision,
	"volume_24h" double precision,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "candles_crypto_timestamp_source_pk" PRIMARY KEY("crypto","timestamp","source"),
	CONSTRAINT "candles_on_the_hour" CHECK (date_trunc('hour', "candles"."timestamp", 'UTC') = "candles"."timestamp")
);
--> statement-breakpoint
CREATE TABLE "crypto_prices" (
	"crypto" text NOT NULL,
	"timestamp" timestamp with time zone NOT NULL,
	"price" double precision NOT NULL,
	"volume" double precision,
	"rsi" double precision,
	"macd" double precision,
	"macd_signal" double precision,
	"macd_histogram" double precision,
	"sma" double precision,
	"upper_band" double precision,
	"lower_band" double precision,
	"adx" double precision,
	"stoch_rsi" double precision,
	"fibo_23" double precision,
	"fibo_38" double precision,
	"fibo_50" double precision,
	"fibo_61" double precision,
	"fibo_78" double precision,
	"volume_avg_7d" double precision,
	"volume_avg_14d" double precision,
	"volume_avg_30d" double precision,
	"sma_7" double precision,
	"sma_14" double precision,
	"sma_30" double precision,
	"fear_greed_7d" double precision,
	"fear_greed_14d" double precision,
	"fear_greed_30d" double precision,
	"change_percent" double precision,
	"source" text NOT NULL,
	"open" double precision,
	"high" double precision,
	"low" double precision,
	"ema" double precision,
	"rsi_wilder" double precision,
	"stoch_rsi_wilder" double precision,
	"adx_close" double precision,
	"fear_greed" double precision,
	"formulas" integer NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "crypto_prices_crypto_timestamp_pk" PRIMARY KEY("crypto","timestamp")
);
--> statement-breakpoint
CREATE TABLE "fear_greed_index" (
	"date" date PRIMARY KEY NOT NULL,
	"value" integer NOT NULL,
	"classification" text NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "imported_predictions" (
	"crypto" text NOT NULL,
	"timestamp" timestamp with time zone NOT NULL,
	"predicted_price" double precision NOT NULL,
	"last_price" double precision,
	"decision" text,
	"model_mae" double precision,
	"model_version" text,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "imported_predictions_crypto_timestamp_pk" PRIMARY KEY("crypto","timestamp")
);
--> statement-breakpoint
CREATE TABLE "imported_prices" (
	"crypto" text NOT NULL,
	"timestamp" timestamp with time zone NOT NULL,
	"price" double precision NOT NULL,
	"volume" double precision,
	"original" jsonb NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "imported_prices_crypto_timestamp_pk" PRIMARY KEY("crypto","timestamp")
);
--> statement-breakpoint
CREATE TABLE "known_gaps" (
	"crypto" text NOT NULL,
	"timestamp" timestamp with time zone NOT NULL,
	"source" text NOT NULL,
	"reason" text NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "known_gaps_crypto_timestamp_source_pk" PRIMARY KEY("crypto","timestamp","source")
);
--> statement-breakpoint
CREATE TABLE "mlflow_outbox" (
	"delivery_id" text PRIMARY KEY NOT NULL,
	"report" jsonb NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "prediction_scores" (
	"crypto" text NOT NULL,
	"horizon" text NOT NULL,
	"target_time" timestamp with time zone NOT NULL,
	"model_version" text NOT NULL,
	"actual_price" double precision NOT NULL,
	"error" double precision NOT NULL,
	"naive_error" double precision NOT NULL,
	"direction_right" boolean NOT NULL,
	"within_interval" boolean,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "prediction_scores_crypto_horizon_target_time_model_version_pk" PRIMARY KEY("crypto","horizon","target_time","model_version")
);
--> statement-breakpoint
CREATE TABLE "predictions" (
	"crypto" text NOT NULL,
	"horizon" text NOT NULL,
	"target_time" timestamp with time zone NOT NULL,
	"model_version" text NOT NULL,
	"timestamp" timestamp with time zone NOT NULL,
	"made_at" timestamp with time zone NOT NULL,
	"predicted_price" double precision NOT NULL,
	"lower" double precision,
	"upper" double precision,
	"last_price" double precision NOT NULL,
	"decision" text NOT NULL,
	"model_mae" double precision,
	"naive_mae" double precision,
	"skill" double precision,
	"train_from" timestamp with time zone,
	"train_to" timestamp with time zone,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "predictions_crypto_horizon_target_time_model_version_pk" PRIMARY KEY("crypto","horizon","target_time","model_version"),
	CONSTRAINT "predictions_made_before" CHECK ("predictions"."made_at" < "predictions"."target_time")
);
--> statement-breakpoint
CREATE TABLE "price_checks" (
	"checked_at" timestamp with time zone NOT NULL,
	"crypto" text NOT NULL,
	"name" text NOT NULL,
	"passed" boolean NOT NULL,
	"found" integer NOT NULL,
	"said" text NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "price_checks_checked_at_crypto_name_pk" PRIMARY KEY("checked_at","crypto","name")
);
--> statement-breakpoint
CREATE TABLE "price_comparisons" (
	"crypto" text NOT NULL,
	"timestamp" timestamp with time zone NOT NULL,
	"coingecko_price" double precision,
	"binance_price" double precision,
	"difference" double precision,
	"difference_percent" double precision,
	"observed_at" timestamp with time zone NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "price_comparisons_crypto_timestamp_pk" PRIMARY KEY("crypto","timestamp")
);
--> statement-breakpoint
ALTER TABLE "pipeline_runs" ALTER COLUMN "counts" SET DATA TYPE json;
--> statement-breakpoint
ALTER TABLE "pipeline_runs" ALTER COLUMN "counts" SET DEFAULT '{}'::json;
--> statement-breakpoint
CREATE INDEX "predictions_recent" ON "predictions" USING btree ("crypto","made_at" DESC NULLS LAST);
--> statement-breakpoint
CREATE VIEW "hourly_candles" AS (select distinct on (crypto, "timestamp") crypto, "timestamp", source, open, high, low, close, volume
  from candles order by crypto, "timestamp", case source when 'binance' then 0 when 'coingecko' then 1 end);
--> statement-breakpoint
CREATE VIEW "daily_candles" AS (select crypto, ("timestamp" at time zone 'UTC')::date as date,
    (array_agg(open order by "timestamp"))[1] as open, max(coalesce(high, close)) as high, min(coalesce(low, close)) as low,
    (array_agg(close order by "timestamp" desc))[1] as close, sum(volume) as volume, count(*)::int as hours
  from hourly_candles group by 1, 2);
--> statement-breakpoint
-- A forecast that could be changed afterwards would prove nothing.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER predictions_are_final BEFORE UPDATE ON "predictions" FOR EACH ROW EXECUTE FUNCTION refuse_change();

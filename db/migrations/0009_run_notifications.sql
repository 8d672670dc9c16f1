-- Tells whoever listens that a run began, went on or ended (db/changes.ts).
CREATE FUNCTION notify_of_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('almanac_runs', json_build_object(
    'pipeline', NEW.pipeline, 'workflowId', NEW.workflow_id, 'runId', NEW.run_id, 'outcome', NEW.outcome)::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER pipeline_runs_notify AFTER INSERT OR UPDATE ON pipeline_runs
  FOR EACH ROW EXECUTE FUNCTION notify_of_run();

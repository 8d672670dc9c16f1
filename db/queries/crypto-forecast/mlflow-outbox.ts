/** Reports that wait for MLflow. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../database.ts'

/** How many reports wait. */
export async function waitingReports(db: Database): Promise<number> {
  const result = await db.execute<{ count: number }>(sql`select count(*)::int as count from mlflow_outbox`)
  return result.rows[0]?.count ?? 0
}

export interface WaitingReport {
  deliveryId: string
  report: unknown
  /** The run that made it. */
  runId: string
}

/** The oldest waiting reports. */
export async function oldestReports(db: Database, limit: number): Promise<WaitingReport[]> {
  const result = await db.execute<WaitingReport & Record<string, unknown>>(
    sql`select delivery_id as "deliveryId", report, run_id as "runId" from mlflow_outbox
      order by observed_at, delivery_id limit ${limit}`,
  )
  return result.rows
}

/** Removes a report that was delivered. */
export async function removeReport(db: Database, deliveryId: string): Promise<void> {
  await db.execute(sql`delete from mlflow_outbox where delivery_id = ${deliveryId}`)
}

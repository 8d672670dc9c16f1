/** How old the newest data of each source of a pipeline is, and may be. */
import { sql } from 'drizzle-orm'
import type { Config } from '../config/load-config.ts'
import type { Database } from '../db/database.ts'
import type { PipelineId } from '../pipelines/index.ts'
import { WATCH_PARTS } from './parts.ts'
import type { NewestData } from './seen.ts'

/** Returns a line for each source that is asked with these settings. */
export async function newestOf(db: Database, pipeline: PipelineId, config: Config): Promise<NewestData[]> {
  const asked = WATCH_PARTS[pipeline].fresh.flatMap(({ source, newest, allowedMs }) => {
    const allowed = allowedMs(config)
    return allowed === undefined ? [] : [{ source, newest, allowedMs: allowed }]
  })
  return Promise.all(
    asked.map(async ({ newest, ...data }) => {
      const { rows } = await db.execute<{ ms: number | null }>(
        sql`select (extract(epoch from at) * 1000)::double precision as ms from (${sql.raw(newest)}) newest`,
      )
      return { ...data, at: rows[0]?.ms ?? null }
    }),
  )
}

/** Whether data is older than allowed. A source without any data has none that is old: its runs say why. */
export const isOld = ({ at, allowedMs }: NewestData, now: number): boolean =>
  at !== null && now - at > allowedMs

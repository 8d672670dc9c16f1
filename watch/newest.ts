/** How old the newest data of each source is, and may be. */
import { sql } from 'drizzle-orm'
import type { Config } from '../config/load-config.ts'
import type { Database } from '../db/database.ts'
import type { PipelineId } from '../pipelines/index.ts'
import { WATCH_PARTS } from './parts.ts'
import type { NewestData } from './seen.ts'

/** Of each pipeline, returns a line for each source that is asked with these settings. One statement, whatever they are. */
export async function newestOf(
  db: Database,
  pipelines: readonly PipelineId[],
  config: Config,
): Promise<Map<PipelineId, NewestData[]>> {
  const asked = pipelines.flatMap((pipeline) =>
    WATCH_PARTS[pipeline].fresh.flatMap(({ source, newest, allowedMs }) => {
      const allowed = allowedMs(config)
      return allowed === undefined ? [] : [{ pipeline, newest, data: { source, allowedMs: allowed } }]
    }),
  )
  const times = asked.map(
    ({ newest }) => sql`(select extract(epoch from at) * 1000 from (${sql.raw(newest)}) newest)`,
  )
  const { rows } = await db.execute<{ ms: (number | null)[] }>(
    sql`select array[${sql.join(times, sql`, `)}]::double precision[] as ms`,
  )
  const found = new Map(pipelines.map((pipeline): [PipelineId, NewestData[]] => [pipeline, []]))
  for (const [place, { pipeline, data }] of asked.entries())
    found.get(pipeline)?.push({ ...data, at: rows[0]?.ms[place] ?? null })
  return found
}

/** Whether data is older than allowed. A source without any data has none that is old: its runs say why. */
export const isOld = ({ at, allowedMs }: NewestData, now: number): boolean =>
  at !== null && now - at > allowedMs

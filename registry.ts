/**
 * The registry: what pipelines there are, when they run and within which bounds. Worker, schedules and command
 * line iterate it; a new pipeline is one entry here and its files on each floor.
 */
import { z } from 'zod'
import type { Config } from './config.ts'
import type * as workflows from './workflows/index.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

/** Parameters that every pipeline's run takes: `--input name=value`. */
const runParams = z.strictObject({
  boundSeconds: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .describe('Give up after this many seconds instead of the bound of the pipeline'),
})

/** When a schedule runs: every so often, aligned to 00:00 UTC. */
export interface Timing {
  everyMs: number
  /** Starts are spread over this time, so that all the world's collectors do not ask at midnight sharp. */
  jitterMs: number
  /** How late a missed start may still be made up for; shorter than one interval. */
  catchupMs: number
}

export interface Pipeline {
  /** File name on every floor, schedule id, workflow-id prefix, `Pipeline` attribute, command-line argument. */
  id: keyof Config['tracked']
  summary: string
  /** Name of the workflow function; the type keeps it from drifting. */
  workflow: keyof typeof workflows
  params: z.ZodType<Record<string, unknown>>
  timing(config: Config): Timing
  /** What ends a run that cannot finish; the number itself is in `workflows/policies.ts`. */
  bound: string
  /** How long a step waits for an absent database before it gives up its attempt. */
  databasePatienceMs: number
  /** Why the past cannot be collected; a pipeline whose upstreams answer for any time would have none. */
  noBackfill: string
}

const modStats: Pipeline = {
  id: 'mod-stats',
  summary:
    'Downloads, followers and versions of game mods from Modrinth and CurseForge, and the modpacks that use them',
  workflow: 'modStatsWorkflow',
  params: runParams,
  timing: ({ env }) => {
    const everyMs = env.COLLECTION_INTERVAL * SECOND_MS
    // A tenth of the interval is left out of the catch-up, so that a made-up start never meets the next one.
    return { everyMs, jitterMs: Math.min(5 * MINUTE_MS, everyMs / 20), catchupMs: everyMs * 0.9 }
  },
  bound: 'until its UTC day ends, at least 1 h',
  databasePatienceMs: 10 * MINUTE_MS,
  noBackfill:
    'its upstreams tell what they count now and nothing of days that are over; "almanac import mod-stats" takes the history of an older collector',
}

export const PIPELINES: readonly Pipeline[] = [modStats]

/** Finds a pipeline by its id. */
export function pipelineById(id: string): Pipeline | undefined {
  return PIPELINES.find((pipeline) => pipeline.id === id)
}

/** What `/metrics` is made of, as far as it is known at this moment. */
import type { Client } from '@temporalio/client'
import { knownBackups } from '../../backup/known.ts'
import { openRuns as openWorkflows } from '../../client/open-runs.ts'
import { pollersOf } from '../../client/ping.ts'
import { scheduleStates } from '../../client/schedules.ts'
import type { Config } from '../../config/load-config.ts'
import type { CountedCalls } from '../../core/upstream-calls.ts'
import type { Database } from '../../db/database.ts'
import { endedRunTotals, type EndedRunTotal } from '../../db/queries/run-hours.ts'
import { endedRuns, lastCollected, openRuns, type RunRecord } from '../../db/queries/runs.ts'
import { allCalls } from '../../db/queries/upstream-calls.ts'
import { allFields, type StoredField } from '../../db/queries/upstream-fields.ts'
import { storedBudgets, type StoredBudget } from '../../db/queries/upstream-budgets.ts'
import { PIPELINES, type PipelineId } from '../../pipelines/index.ts'
import { soundnessOf, type Soundness } from '../../db/queries/checks.ts'
import { newestOf } from '../../watch/newest.ts'
import type { NewestData } from '../../watch/seen.ts'
import { readState, type WatchState } from '../../watch/state.ts'
import { databaseState, diskOf, spoolState } from '../stack/routes.ts'
import type { stackSchema } from '../stack/stack-schema.ts'
import type { z } from 'zod'

type Stack = z.infer<typeof stackSchema>

/** Enough to know how long a run usually takes. */
const USUAL_RUNS = 50

export interface Known {
  config: Config
  /** Undefined while it is away. */
  database: DatabaseKnown | undefined
  temporal: TemporalKnown | undefined
  spool: Stack['spool']
  disks: readonly { name: string; free_bytes: number }[]
  backupAt: Date | undefined
  watch: WatchState
}

export interface DatabaseKnown {
  state: NonNullable<Stack['database']>
  totals: readonly EndedRunTotal[]
  pipelines: readonly PipelineKnown[]
  budgets: readonly StoredBudget[]
  /** All since they are counted. */
  calls: readonly CountedCalls[]
  fields: readonly StoredField[]
}

export interface PipelineKnown {
  id: PipelineId
  /** The newest runs that have ended, newest first. */
  ended: readonly RunRecord[]
  isOpen: boolean
  collectedAt: Date | undefined
  /** Of a pipeline that is on. */
  newest: readonly NewestData[]
  /** Undefined if its rows were never checked. */
  sound: Soundness | undefined
}

export interface TemporalKnown {
  /** When each worker asked for work last. */
  polledAt: readonly (Date | undefined)[]
  schedules: readonly { pipeline: string; isActive: boolean }[]
  /** Steps that are tried again, by pipeline. */
  retrying: ReadonlyMap<string, number>
}

/** Of the database: so many statements for each pipeline, however many rows there are. */
export async function readDatabase(db: Database, config: Config): Promise<DatabaseKnown> {
  const [state, totals, open, budgets, calls, fields, sound, newest] = await Promise.all([
    databaseState(db),
    endedRunTotals(db),
    openRuns(db),
    storedBudgets(db),
    allCalls(db),
    allFields(db),
    soundnessOf(
      db,
      PIPELINES.map(({ id }) => id),
    ),
    newestOf(
      db,
      PIPELINES.map(({ id }) => id).filter((id) => config.tracked[id].enabled),
      config,
    ),
  ])
  const pipelines = await Promise.all(
    PIPELINES.map(async ({ id }) => {
      const [ended, collectedAt] = await Promise.all([endedRuns(db, id, USUAL_RUNS), lastCollected(db, id)])
      const isOpen = open.some(({ pipeline }) => pipeline === id)
      return { id, ended, collectedAt, newest: newest.get(id) ?? [], sound: sound.get(id), isOpen }
    }),
  )
  return { state, totals, pipelines, budgets, calls, fields }
}

/** Of Temporal. */
export async function readTemporal(client: Client): Promise<TemporalKnown> {
  const [pollers, schedules, open] = await Promise.all([
    pollersOf(client),
    scheduleStates(client),
    openWorkflows(client),
  ])
  const retrying = new Map<string, number>()
  for (const { pipeline, pending } of open) {
    const failed = pending.flatMap(({ steps }) => steps.filter(({ failure }) => failure !== undefined))
    retrying.set(pipeline, (retrying.get(pipeline) ?? 0) + failed.length)
  }
  return {
    polledAt: pollers.map(({ polledAt }) => polledAt),
    schedules: schedules.map(({ id, state }) => ({ pipeline: id, isActive: state === 'active' })),
    retrying,
  }
}

/** Of this machine's files, which is known whatever is away. */
export function readFiles(config: Config): Pick<Known, 'spool' | 'disks' | 'backupAt' | 'watch'> {
  const { stateDir, dataDir, backupDir } = config
  return {
    spool: spoolState(config, 'en'),
    disks: [diskOf('state', stateDir), diskOf('data', dataDir), diskOf('backups', backupDir)],
    backupAt: knownBackups(dataDir).madeAt,
    watch: readState(stateDir, Date.now()),
  }
}

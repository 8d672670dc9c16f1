/** Looks at the database, Temporal, the workers and the disks: all that is judged. */
import type { Client } from '@temporalio/client'
import { knownBackups } from '../backup/known.ts'
import { CannotReach } from '../client/cannot-reach.ts'
import { withDatabase } from '../client/connection.ts'
import type { LastingTemporal } from '../client/lasting-temporal.ts'
import { pollersOf } from '../client/ping.ts'
import { scheduleStates } from '../client/schedules.ts'
import type { Config } from '../config/load-config.ts'
import { failureReason, type Reason } from '../core/reason.ts'
import { databaseFailure, isDatabaseUnwritable } from '../db/database-failure.ts'
import type { Database, DatabaseHandle } from '../db/database.ts'
import { migrationState } from '../db/migrate.ts'
import { endedRuns, openRuns, skippedSince, startOfNewest } from '../db/queries/runs.ts'
import { soundnessOf, type Soundness } from '../db/queries/checks.ts'
import { fieldsNow } from '../db/queries/upstream-fields.ts'
import { storedBudgets } from '../db/queries/upstream-budgets.ts'
import { damagedSegments, waitingSegments } from '../db/spool/folder.ts'
import { spoolFolder } from '../db/spool/spool.ts'
import { PIPELINES, type PipelineId } from '../pipelines/index.ts'
import { freeBytes, onDifferentDisks, roomIn } from '../system/free-space.ts'
import { storedReason } from '../wording/run.ts'
import { blockedAmong } from './blocked.ts'
import { newestOf } from './newest.ts'
import { WATCH_PARTS } from './parts.ts'
import type {
  Answer,
  BackupsSeen,
  DatabaseSeen,
  FilesSeen,
  PipelineSeen,
  Seen,
  TemporalSeen,
} from './seen.ts'

/** A server that works answers within a second; the next look comes in half a minute. */
const ANSWER_MS = 10_000
const LIMITS = { connectMs: ANSWER_MS, queryMs: ANSWER_MS }
/** Enough to know how long a run usually takes, and for how long a source has been incomplete. */
const ENDED_RUNS = 50

/** What is to be looked for. */
export interface Looking {
  now: number
  /** Summaries of a pipeline that are not newer were told. */
  newsAfter: (pipeline: PipelineId) => number
}

/** Looks at everything once. Throws only for a defect: what does not answer is part of what is seen. */
export async function look(config: Config, temporal: LastingTemporal, looking: Looking): Promise<Seen> {
  const [database, server] = await Promise.all([
    answerOf(() => withDatabase(config, lookAtDatabase(config, looking), LIMITS), awayDatabase),
    answerOf(() => temporal.use(lookAtTemporal(config)), awayTemporal),
  ])
  return { database, temporal: server, files: lookAtFiles(config) }
}

async function answerOf<T>(
  ask: () => Promise<T>,
  away: (error: unknown) => Reason | undefined,
): Promise<Answer<T>> {
  try {
    return { said: await ask() }
  } catch (error) {
    const why = away(error)
    if (why === undefined) throw error
    return { away: why }
  }
}

function awayTemporal(error: unknown): Reason | undefined {
  return error instanceof CannotReach
    ? failureReason({ type: 'TemporalUnavailable', message: error.message })
    : undefined
}

function awayDatabase(error: unknown): Reason | undefined {
  if (error instanceof CannotReach)
    return failureReason({ type: 'DatabaseUnavailable', message: error.message })
  const failure = databaseFailure(error)
  if (!isDatabaseUnwritable(failure)) return undefined
  const { type, message } = failure
  return failureReason({ type, message })
}

const isOn = (config: Config) => (id: PipelineId) => config.tracked[id].enabled

const lookAtDatabase =
  (config: Config, looking: Looking) =>
  async ({ db }: DatabaseHandle): Promise<DatabaseSeen> => {
    const migrations = await migrationState(db)
    // Its tables may lack what is asked below.
    if (migrations.applied !== migrations.known)
      return { migrations, pipelines: [], blocked: [], vanished: [], news: [] }
    const open = await openRuns(db)
    const on = PIPELINES.map(({ id }) => id).filter(isOn(config))
    const sound = await soundnessOf(db, on)
    const newest = await newestOf(db, on, config)
    const pipelines = await Promise.all(
      on.map(async (id) => ({
        ...(await pipelineIn(db, id)),
        openSince: open.find(({ pipeline }) => pipeline === id)?.startedAt.getTime() ?? null,
        newest: newest.get(id) ?? [],
        sound: soundIn(sound.get(id)),
      })),
    )
    return {
      migrations,
      pipelines,
      blocked: await blockedIn(db, on, looking.now),
      vanished: await vanishedIn(db, on),
      news: await newsIn(db, config, looking),
    }
  }

const soundIn = (sound: Soundness | undefined): PipelineSeen['sound'] =>
  sound === undefined ? null : { runId: sound.runId, broken: sound.broken }

async function pipelineIn(
  db: Database,
  pipeline: PipelineId,
): Promise<Omit<PipelineSeen, 'openSince' | 'newest' | 'sound'>> {
  const [startedAt, skipped, ended] = await Promise.all([
    startOfNewest(db, pipeline),
    skippedSince(db, pipeline),
    endedRuns(db, pipeline, ENDED_RUNS),
  ])
  return {
    pipeline,
    startedAt: startedAt?.getTime() ?? null,
    skippedSince: skipped?.getTime() ?? null,
    ended: ended.map((run) => ({
      runId: run.runId,
      startedAt: run.startedAt.getTime(),
      finishedAt: (run.finishedAt ?? run.startedAt).getTime(),
      outcome: run.outcome,
      error: storedReason(run) ?? null,
      sources: run.counts,
    })),
  }
}

/** Summaries that somebody asks for. */
async function newsIn(
  db: Database,
  { alerts }: Config,
  { now, newsAfter }: Looking,
): Promise<DatabaseSeen['news']> {
  const asked = new Set(alerts.channels.flatMap(({ news }) => news))
  const found = await Promise.all(
    [...asked].map(async (pipeline) => {
      const news = await WATCH_PARTS[pipeline].news?.(db, new Date(newsAfter(pipeline)), new Date(now))
      return (news ?? []).map((one) => ({ ...one, pipeline }))
    }),
  )
  return found.flat()
}

/** What is blocked of the upstreams of these pipelines. */
async function blockedIn(
  db: Database,
  pipelines: readonly PipelineId[],
  now: number,
): Promise<DatabaseSeen['blocked']> {
  const budgets = await storedBudgets(db)
  return pipelines.flatMap((pipeline) =>
    blockedAmong(WATCH_PARTS[pipeline].upstreams, budgets, now).map((one) => ({ ...one, pipeline })),
  )
}

/** Which fields the answers to these pipelines no longer have. */
async function vanishedIn(db: Database, pipelines: readonly PipelineId[]): Promise<DatabaseSeen['vanished']> {
  const missing = (await fieldsNow(db)).filter(({ drift }) => drift === 'missing')
  return pipelines.flatMap((pipeline) =>
    WATCH_PARTS[pipeline].upstreams.flatMap(({ clients }) =>
      clients.flatMap((client) => {
        const fields = missing
          .filter((one) => one.client === client)
          .map(({ object, field }) => `${object}.${field}`)
        return fields.length === 0 ? [] : [{ client, pipeline, fields }]
      }),
    ),
  )
}

const lookAtTemporal =
  (config: Config) =>
  async (client: Client): Promise<TemporalSeen> => {
    const [pollers, schedules] = await Promise.all([pollersOf(client), scheduleStates(client)])
    const polled = pollers.flatMap(({ polledAt }) => polledAt?.getTime() ?? [])
    return {
      workerSilentMs: polled.length === 0 ? null : Date.now() - Math.max(...polled),
      schedules: schedules
        .filter(({ id }) => isOn(config)(id as PipelineId))
        .map(({ id, state, why, everyMs }) => ({
          pipeline: id,
          state: why.code === LEFT_OUT ? ('left-out' as const) : state,
          why,
          everyMs: everyMs ?? null,
        })),
    }
  }

/** Of a schedule whose pipeline the last start was told to leave out. */
const LEFT_OUT = 'schedule-not-started'

function lookAtFiles({ stateDir, dataDir, backupDir }: Config): FilesSeen {
  const folder = spoolFolder(dataDir)
  const waiting = waitingSegments(folder)
  return {
    spool: {
      waiting: waiting.length,
      oldestAt: waiting[0]?.since.getTime() ?? null,
      deadLetters: damagedSegments(folder).length,
    },
    disks: onDifferentDisks([stateDir, dataDir, backupDir]).map((name) => {
      const free = freeBytes(name)
      return { folder: name, freeBytes: free, room: roomIn(free) }
    }),
    backups: backupsIn(dataDir),
  }
}

function backupsIn(dataDir: string): BackupsSeen {
  const { madeAt, failed, damaged } = knownBackups(dataDir)
  return {
    madeAt: madeAt?.getTime() ?? null,
    failed: failed === undefined ? null : { at: failed.at.getTime(), why: failureReason(failed) },
    damaged,
  }
}

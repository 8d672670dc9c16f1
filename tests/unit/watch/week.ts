/** A week of a simulated stack, seen every minute: schedules that run, and faults planted in it. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../core/durations.ts'
import type { Alerts } from '../../../watch/alert.ts'
import { follow, type Message } from '../../../watch/alerts.ts'
import { withSample, type FreeSpace } from '../../../watch/disk.ts'
import { findingsOf } from '../../../watch/judge.ts'
import type { Witness } from '../../../watch/kinds.ts'
import type { EndedRun, PipelineSeen, Seen } from '../../../watch/seen.ts'
import type { Silence } from '../../../watch/silences.ts'
import { failureReason, textReason } from '../../../core/reason.ts'
import { CHECKS } from '../../../core/run-outcome.ts'

export const START = Date.parse('2026-11-02T00:00:00Z')
/** Eight times that of the watch: faults of hours look the same, and an eighth is computed. */
const LOOK_MS = 4 * MINUTE_MS

/** Every pipeline of the week: how often it runs, how long, and how old its data may be. */
const PLANS = {
  daily: { everyMs: DAY_MS, lengthMs: 4 * MINUTE_MS, allowedMs: 2 * DAY_MS },
  hourly: { everyMs: HOUR_MS, lengthMs: MINUTE_MS, allowedMs: 4 * HOUR_MS },
  minutely: { everyMs: MINUTE_MS, lengthMs: 5 * SECOND_MS, allowedMs: 15 * MINUTE_MS },
} as const
export type Plan = keyof typeof PLANS

/** What is wrong from one moment to another, in milliseconds since the start of the week. */
export interface Faults {
  databaseAway?: boolean
  temporalAway?: boolean
  workerAway?: boolean
  scheduleGone?: Plan
  paused?: Plan
  /** Runs end with this outcome of their source. */
  failing?: Plan
  partial?: Plan
  keyRefused?: Plan
  /** Runs are green but for a check of the stored rows. */
  unsound?: Plan
  /** Runs are green and bring nothing new. */
  stale?: Plan
  /** A run does not end. */
  hanging?: Plan
  /** An upstream of a pipeline leaves a field out. */
  vanished?: Plan
  spoolStuck?: boolean
  deadLetters?: number
  noBackup?: boolean
  /** No backup stands the proof. */
  backupFailed?: boolean
  /** One that is kept rots. */
  damagedBackup?: boolean
  /** Bytes that the disk loses in an hour. */
  filling?: number
  otherVersion?: boolean
  /** An upstream of a pipeline asked for a pause of hours. */
  blocked?: Plan
  /** Another upstream of the same pipeline, of another source. */
  otherBlocked?: Plan
}

export interface Planted extends Faults {
  from: number
  to: number
}

interface Runs {
  startedAt: number | null
  openSince: number | null
  ended: EndedRun[]
  newestAt: number
  sound: PipelineSeen['sound']
}

export interface WeekOptions {
  planted?: readonly Planted[]
  silences?: readonly Silence[]
  days?: number
  /** Time between two looks. Default: four minutes. */
  lookMs?: number | undefined
  /** Called at each look, with what stands. */
  onLook?: (alerts: Alerts, now: number) => void
}

/** Lives through it; returns what was told, with times since the start. */
export function liveThrough({
  planted = [],
  silences = [],
  days = daysOf(planted),
  lookMs = LOOK_MS,
  onLook,
}: WeekOptions): (Message & { toldAt: number })[] {
  const told: (Message & { toldAt: number })[] = []
  const world = new Map<Plan, Runs>()
  for (const plan of Object.keys(PLANS) as Plan[])
    world.set(plan, { startedAt: null, openSince: null, ended: [], newestAt: START, sound: null })
  let alerts: Alerts = {}
  let space: FreeSpace[] = []
  let freeBytes = 100e9
  let waitingSince: number | null = null
  for (let now = START; now < START + days * DAY_MS; now += lookMs) {
    const faults = planted
      .filter(({ from, to }) => now >= START + from && now < START + to)
      .reduce<Faults>((all, one) => ({ ...all, ...one }), {})
    freeBytes -= ((faults.filling ?? 0) * lookMs) / HOUR_MS
    space = withSample(space, { at: now, freeBytes })
    for (const [plan, runs] of world) advance(plan, runs, faults, now)
    if (faults.databaseAway === true || faults.spoolStuck === true) waitingSince ??= now
    else waitingSince = null
    const seen = seenAt(world, faults, { now, freeBytes, waitingSince })
    const findings = findingsOf(seen, { since: START, space: { '/state': space }, trouble: undefined }, now)
    const step = follow(alerts, findings, { now, mute: muteIn(seen), silences })
    alerts = step.alerts
    told.push(...step.messages.map((message) => ({ ...message, toldAt: now - START })))
    onLook?.(alerts, now)
  }
  return told
}

/** Half a day more than its faults take, in which they are told to be over; a week without any. */
const daysOf = (planted: readonly Planted[]) =>
  planted.length === 0 ? 7 : Math.max(...planted.map(({ to }) => to)) / DAY_MS + 0.5

function muteIn({ database, temporal }: Seen): Set<Witness> {
  return new Set([
    ...('away' in database ? ['database' as const] : []),
    ...('away' in temporal ? ['temporal' as const] : []),
  ])
}

function advance(plan: Plan, runs: Runs, faults: Faults, now: number): void {
  const { everyMs, lengthMs } = PLANS[plan]
  const isHalted = faults.temporalAway === true || faults.workerAway === true
  if (isHalted) return
  if (runs.openSince !== null && now - runs.openSince >= lengthMs && faults.hanging !== plan) {
    const isUnsound = faults.unsound === plan
    const outcome =
      faults.failing === plan || faults.otherVersion === true
        ? 'failed'
        : faults.partial === plan || faults.keyRefused === plan || faults.databaseAway === true || isUnsound
          ? 'partial'
          : 'complete'
    const why =
      faults.keyRefused === plan
        ? [
            failureReason({
              type: 'CredentialsRejected',
              message: 'api.example.org answered 401; check the key.',
            }),
          ]
        : []
    const source = { outcome: outcome === 'failed' ? 'failed' : outcome, why }
    runs.ended.unshift({
      runId: `r${now}`,
      startedAt: runs.openSince,
      finishedAt: now,
      outcome,
      error:
        outcome === 'failed'
          ? failureReason({ type: 'UpstreamUnavailable', message: 'api.example.org answered 503.' })
          : null,
      sources: isUnsound ? { [CHECKS]: source } : { source },
    })
    runs.sound = { runId: `r${now}`, broken: isUnsound ? [textReason('the total fell')] : [] }
    runs.ended.length = Math.min(runs.ended.length, 50)
    if ((outcome === 'complete' || isUnsound) && faults.stale !== plan) runs.newestAt = now
    runs.openSince = null
  }
  const isDue = runs.startedAt === null || Math.floor(now / everyMs) > Math.floor(runs.startedAt / everyMs)
  if (isDue && runs.openSince === null && faults.scheduleGone !== plan && faults.paused !== plan) {
    runs.startedAt = now
    runs.openSince = now
  }
}

interface Machine {
  now: number
  freeBytes: number
  waitingSince: number | null
}

function seenAt(
  world: ReadonlyMap<Plan, Runs>,
  faults: Faults,
  { now, freeBytes, waitingSince }: Machine,
): Seen {
  const away = (type: string) => ({
    away: failureReason({ type, message: 'Nobody listens at 127.0.0.1.' }),
  })
  const lastBackup = Math.floor((now - START) / DAY_MS) * DAY_MS + START
  return {
    database:
      faults.databaseAway === true
        ? away('DatabaseUnavailable')
        : {
            said: {
              migrations: { applied: 9, known: faults.otherVersion === true ? 10 : 9 },
              pipelines: [...world].map(([pipeline, runs]) => pipelineSeen(pipeline, runs)),
              blocked: [
                ...blockedOf('busy', faults.blocked, ['source'], now),
                ...blockedOf('other', faults.otherBlocked, ['other'], now),
              ],
              vanished:
                faults.vanished === undefined
                  ? []
                  : [{ client: 'drifting', pipeline: faults.vanished, fields: ['thing.name'] }],
              news: [],
            },
          },
    temporal:
      faults.temporalAway === true
        ? away('TemporalUnavailable')
        : {
            said: {
              workerSilentMs: (faults.workerAway === true ? 120 : 20) * SECOND_MS,
              schedules: [...world.keys()].map((pipeline) => ({
                pipeline,
                state:
                  faults.scheduleGone === pipeline
                    ? 'missing'
                    : faults.paused === pipeline
                      ? 'paused'
                      : 'active',
                why: { code: 'text', values: { text: 'holiday' } },
                everyMs: faults.scheduleGone === pipeline ? null : PLANS[pipeline].everyMs,
              })),
            },
          },
    files: {
      spool: {
        waiting: waitingSince === null ? 0 : 3,
        oldestAt: waitingSince,
        deadLetters: faults.deadLetters ?? 0,
      },
      disks: [{ folder: '/state', freeBytes, room: freeBytes < 2e9 ? 'little' : 'enough' }],
      backups: {
        madeAt: faults.noBackup === true || faults.backupFailed === true ? START : lastBackup,
        failed:
          faults.backupFailed === true
            ? { at: lastBackup, why: failureReason({ type: 'PayloadInvalid', message: 'b.tar is damaged' }) }
            : null,
        damaged: faults.damagedBackup === true ? ['a.tar'] : [],
      },
    },
  }
}

const blockedOf = (client: string, pipeline: Plan | undefined, sources: readonly string[], now: number) =>
  pipeline === undefined
    ? []
    : [{ client, pipeline, sources, status: 429, at: now - HOUR_MS, until: now + HOUR_MS }]

const pipelineSeen = (
  pipeline: Plan,
  { startedAt, openSince, ended, newestAt, sound }: Runs,
): PipelineSeen => ({
  pipeline,
  startedAt,
  openSince,
  ended,
  skippedSince: null,
  sound,
  newest: [{ source: 'source', at: newestAt, allowedMs: PLANS[pipeline].allowedMs }],
})

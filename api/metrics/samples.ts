/** The series of each metric, from what is known. Pure. */
import { SECOND_MS } from '../../core/durations.ts'
import { CALL_BOUNDS_S, callFigures, callsOf, partsBy } from '../../core/upstream-calls.ts'
import { RUN_OUTCOMES, type SourceOutcome } from '../../core/run-outcome.ts'
import { PIPELINES } from '../../pipelines/index.ts'
import { packageVersion } from '../../system/package-version.ts'
import { standingAlerts } from '../../watch/alert.ts'
import { WORKER_SILENT_MS } from '../../watch/judge.ts'
import { KINDS } from '../../watch/kinds.ts'
import type { WatchState } from '../../watch/state.ts'
import type { MetricKey } from './definitions.ts'
import type { DatabaseKnown, Known, PipelineKnown, TemporalKnown } from './known.ts'

export interface Sample {
  /** Which series of a histogram it is of. */
  of?: 'bucket' | 'sum' | 'count'
  labels: Readonly<Record<string, string>>
  value: number
}

export type Samples = Partial<Record<MetricKey, readonly Sample[]>>

const SOURCE_OUTCOMES = ['complete', 'partial', 'failed', 'skipped'] as const satisfies SourceOutcome[]
const PERCENTILES = [50, 95]
/** Kinds that are no fault. */
const NO_FAULTS: readonly string[] = ['test', 'news']

const sample = (value: number, labels: Sample['labels'] = {}): Sample => ({ labels, value })
const flag = (isSo: boolean, labels: Sample['labels']): Sample => sample(isSo ? 1 : 0, labels)
const seconds = (ms: number) => ms / SECOND_MS
const at = (date: Date | undefined | null, labels: Sample['labels'] = {}): Sample[] =>
  date == null ? [] : [sample(seconds(date.getTime()), labels)]

/** Returns all of them; a metric of which nothing is known has none. `now`: milliseconds since 1970. */
export function samplesOf(known: Known, now: number): Samples {
  const { config, database, temporal, spool, disks, backupAt, watch } = known
  return {
    build: [sample(1, { version: packageVersion, node: process.versions.node, stack: config.mode })],
    up: [
      flag(database !== undefined, { server: 'database' }),
      flag(temporal !== undefined, { server: 'temporal' }),
    ],
    enabled: PIPELINES.map(({ id }) => flag(config.tracked[id].enabled, { pipeline: id })),
    ...(database && ofDatabase(database, now)),
    ...(temporal && ofTemporal(temporal, now)),
    spoolSegments: [sample(spool.waiting)],
    spoolRows: [sample(spool.rows)],
    spoolSize: [sample(spool.bytes)],
    spoolLimit: [sample(spool.most_bytes)],
    spoolOldest: at(spool.oldest_at === null ? null : new Date(spool.oldest_at)),
    deadLetters: [sample(spool.dead_letter_count)],
    diskFree: disks.map(({ name, free_bytes }) => sample(free_bytes, { disk: name })),
    backup: at(backupAt),
    ...ofWatch(watch, config.alerts.channels),
  }
}

function ofDatabase(
  { state, totals, pipelines, budgets, calls, fields }: DatabaseKnown,
  now: number,
): Samples {
  const { bytes, migrations } = state
  return {
    databaseSize: [sample(bytes)],
    migrationsApplied: [sample(migrations.applied)],
    migrationsKnown: [sample(migrations.known)],
    runs: totals.map(({ pipeline, outcome, runs }) => sample(runs, { pipeline, outcome })),
    runOpen: pipelines.map(({ id, isOpen }) => flag(isOpen, { pipeline: id })),
    runOutcome: pipelines.flatMap(lastOutcome),
    runDuration: pipelines.flatMap(({ id, ended: [last] }) =>
      last === undefined ? [] : [sample(seconds(lengthOf(last)), { pipeline: id })],
    ),
    runUsual: pipelines.flatMap(usualLengths),
    runEnd: pipelines.flatMap(({ id, ended: [last] }) => at(last?.finishedAt, { pipeline: id })),
    runData: pipelines.flatMap(({ id, collectedAt }) => at(collectedAt, { pipeline: id })),
    sourceOutcome: pipelines.flatMap((one) =>
      lastSources(one).flatMap(({ labels, counts }) =>
        SOURCE_OUTCOMES.map((outcome) => flag(counts.outcome === outcome, { ...labels, outcome })),
      ),
    ),
    sourceRows: pipelines.flatMap((one) =>
      lastSources(one).flatMap(({ labels, counts }) =>
        (['fetched', 'written', 'rejected'] as const).map((kind) =>
          sample(counts[kind], { ...labels, kind }),
        ),
      ),
    ),
    dataAge: pipelines.flatMap(({ id, newest }) =>
      newest.flatMap(({ source, at: newestAt }) =>
        newestAt === null ? [] : [sample(seconds(now - newestAt), { pipeline: id, source })],
      ),
    ),
    dataAllowed: pipelines.flatMap(({ id, newest }) =>
      newest.map(({ source, allowedMs }) => sample(seconds(allowedMs), { pipeline: id, source })),
    ),
    checks: pipelines.flatMap(({ id, sound }) =>
      sound === undefined ? [] : [sample(sound.checks, { pipeline: id })],
    ),
    checksBroken: pipelines.flatMap(({ id, sound }) =>
      sound === undefined ? [] : [sample(sound.broken.length, { pipeline: id })],
    ),
    ...ofBudgets(budgets, now),
    ...ofCalls(calls),
    fields: fields.map(({ client, object, field, drift, answers }) =>
      sample(answers, { client, object, field, drift }),
    ),
  }
}

type Ended = PipelineKnown['ended'][number]

const lengthOf = ({ startedAt, finishedAt }: Ended) =>
  (finishedAt ?? startedAt).getTime() - startedAt.getTime()

const lastOutcome = ({ id, ended: [last] }: PipelineKnown): Sample[] =>
  last === undefined
    ? []
    : RUN_OUTCOMES.map((outcome) => flag(last.outcome === outcome, { pipeline: id, outcome }))

/** Of the runs that gave data: the others end at once, or at their bound. */
function usualLengths({ id, ended }: PipelineKnown): Sample[] {
  const lengths = ended
    .filter(({ outcome }) => outcome === 'complete' || outcome === 'partial')
    .map(lengthOf)
    .toSorted((a, b) => a - b)
  return PERCENTILES.flatMap((percentile) => {
    const length = lengths[Math.ceil((lengths.length * percentile) / 100) - 1]
    return length === undefined
      ? []
      : [sample(seconds(length), { pipeline: id, percentile: String(percentile) })]
  })
}

const lastSources = ({ id, ended: [last] }: PipelineKnown) =>
  Object.entries(last?.counts ?? {}).map(([source, counts]) => ({
    labels: { pipeline: id, source },
    counts,
  }))

function ofBudgets(budgets: DatabaseKnown['budgets'], now: number): Samples {
  const labelled = budgets.map(({ client, quota, ...rest }) => ({ ...rest, labels: { client, quota } }))
  return {
    budgetLimit: labelled.flatMap(({ labels, most }) => (most === null ? [] : [sample(most, labels)])),
    // What was left in a window that is over says nothing any more.
    budgetLeft: labelled.flatMap(({ labels, remaining, resetsAt }) =>
      remaining === null || resetsAt === null || resetsAt.getTime() <= now ? [] : [sample(remaining, labels)],
    ),
    blocked: labelled.map(({ labels, blockedUntil }) =>
      flag(blockedUntil !== null && blockedUntil.getTime() > now, labels),
    ),
    // One without an end was stored by an earlier version of a client that was never blocked.
    blockedAt: labelled.flatMap(({ labels, blockedAt, blockedUntil, blockedStatus }) =>
      at(blockedUntil === null ? null : blockedAt, {
        ...labels,
        status: blockedStatus === null ? '' : String(blockedStatus),
      }),
    ),
  }
}

function ofCalls(calls: DatabaseKnown['calls']): Samples {
  const byLimit = partsBy(calls, ['client', 'quota'])
  return {
    calls: partsBy(calls, ['client', 'quota', 'status']).map(({ labels, alike }) =>
      sample(callsOf(alike), labels),
    ),
    callRetries: byLimit.map(({ labels, alike }) => sample(callFigures(alike).retries, labels)),
    callSeconds: byLimit.flatMap(({ labels, alike }): Sample[] => [
      ...[...CALL_BOUNDS_S, Infinity].map((bound): Sample => {
        const le = bound === Infinity ? '+Inf' : String(bound)
        const within = alike.filter(({ withinS }) => withinS <= bound)
        return { of: 'bucket', ...sample(callsOf(within), { ...labels, le }) }
      }),
      {
        of: 'sum',
        ...sample(
          alike.reduce((sum, one) => sum + one.seconds, 0),
          labels,
        ),
      },
      { of: 'count', ...sample(callsOf(alike), labels) },
    ]),
  }
}

function ofTemporal({ polledAt, schedules, retrying }: TemporalKnown, now: number): Samples {
  const polling = polledAt.filter(
    (polled) => polled !== undefined && now - polled.getTime() <= WORKER_SILENT_MS,
  )
  return {
    workers: [sample(polling.length)],
    scheduleActive: schedules.map(({ pipeline, isActive }) => flag(isActive, { pipeline })),
    retrying: PIPELINES.map(({ id }) => sample(retrying.get(id) ?? 0, { pipeline: id })),
  }
}

function ofWatch(
  { alerts, waiting, lookedAt }: WatchState,
  channels: Known['config']['alerts']['channels'],
): Samples {
  const standing = standingAlerts(alerts, Date.now())
  return {
    alerts: Object.entries(KINDS)
      .filter(([kind]) => !NO_FAULTS.includes(kind))
      .map(([kind, { severity }]) =>
        sample(standing.filter(({ finding }) => finding.kind === kind).length, { kind, severity }),
      ),
    messagesWaiting: channels.map(({ name }) =>
      sample(waiting.filter(({ channel }) => channel === name).length, { channel: name }),
    ),
    watched: lookedAt === null ? [] : [sample(seconds(lookedAt))],
  }
}

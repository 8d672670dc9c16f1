/** Judges what was seen: a pure function, so that a week of it can be tried in a second. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/durations.ts'
import type { Reason } from '../core/reason.ts'
import { CHECKS } from '../core/run-outcome.ts'
import { reason } from '../wording/reason.ts'
import { finding, iso, type Finding } from './finding.ts'
import { ofFiles, type KnownOfFiles } from './judge-files.ts'
import type { DatabaseSeen, EndedRun, NewestData, PipelineSeen, Seen, TemporalSeen } from './seen.ts'
import { isOld } from './newest.ts'

/** An idle worker asks for work once a minute; the rest is for a busy machine. */
export const WORKER_SILENT_MS = 75_000
/** A start is spread over some minutes, and a worker that restarts takes a minute: of short intervals a tenth is less. */
const LATE_MS = 10 * MINUTE_MS
const LATE_SHARE = 0.1
/** Fewer runs say little of how long one usually takes. */
const RUNS_TO_KNOW = 10
const USUAL_SHARE = 0.95
/** A run beyond the usual is told if it takes half as long again, and at least minutes more. */
const LONGER_TIMES = 1.5
const LONGER_MS = 5 * MINUTE_MS
/** Once is an accident of the upstream, three times is a pattern. */
const PARTIAL_RUNS = 3
/** So many say what is wrong; the run has all of them. */
const TOLD_BREACHES = 3
/** Upstreams ask for pauses of seconds and minutes as a matter of course. */
const LONG_BLOCK_MS = HOUR_MS

interface Known extends KnownOfFiles {
  /** Why the watch cannot keep what it knows. */
  trouble: Reason | undefined
}

/** Returns what is not as it should be, of all that could be seen. */
export function findingsOf({ database, temporal, files }: Seen, known: Known, now: number): Finding[] {
  const leftOut =
    'said' in temporal
      ? temporal.said.schedules.filter(({ state }) => state === 'left-out').map(({ pipeline }) => pipeline)
      : []
  const isWatched = ({ pipeline }: Finding) => pipeline === null || !leftOut.includes(pipeline)
  return [
    ...('away' in database
      ? [finding('database-away', null, reason('alert-database-away', { why: database.away }))]
      : ofDatabase(database.said, now)),
    ...('away' in temporal
      ? [finding('temporal-away', null, reason('alert-temporal-away', { why: temporal.away }))]
      : ofTemporal(temporal.said, now)),
    ...('said' in database && 'said' in temporal
      ? lateRuns(database.said, temporal.said, known.since, now)
      : []),
    ...ofFiles(files, known, now),
    ...(known.trouble === undefined
      ? []
      : [finding('watch-forgets', null, reason('alert-watch-forgets', { why: known.trouble }))]),
  ].filter(isWatched)
}

function ofTemporal({ workerSilentMs, schedules }: TemporalSeen, now: number): Finding[] {
  const isAway = workerSilentMs === null || workerSilentMs > WORKER_SILENT_MS
  const at = now - (workerSilentMs ?? 0)
  const lastGood = workerSilentMs === null ? {} : { since: at, lastGood: at }
  return [
    ...(isAway ? [finding('worker-away', null, reason('alert-worker-away'), lastGood)] : []),
    ...schedules.flatMap(({ pipeline, state, why }) => {
      if (state === 'missing')
        return [finding('schedule-gone', pipeline, reason('alert-schedule-gone', { pipeline }))]
      if (state === 'paused')
        return [finding('schedule-paused', pipeline, reason('alert-schedule-paused', { pipeline, why }))]
      return []
    }),
  ]
}

function ofDatabase({ migrations, pipelines, blocked, vanished }: DatabaseSeen, now: number): Finding[] {
  return [
    ...(migrations.applied === migrations.known
      ? []
      : [finding('tables-differ', null, reason('alert-tables-differ', migrations))]),
    ...pipelines.flatMap((seen) => ofPipeline(seen, now)),
    ...blocked
      .filter(({ at, until }) => until > now && until - at >= LONG_BLOCK_MS)
      .map(({ client, pipeline, sources, status, at, until }) =>
        finding(
          'upstream-blocked',
          pipeline,
          reason('alert-upstream-blocked', { client, pipeline, status, until: iso(until) }),
          { of: client, since: at, sources },
        ),
      ),
    ...vanished.map(({ client, pipeline, fields }) =>
      finding(
        'fields-vanished',
        pipeline,
        reason('alert-fields-vanished', { client, pipeline, fields: [...fields] }),
        { of: client, size: fields.length },
      ),
    ),
  ]
}

function ofPipeline(seen: PipelineSeen, now: number): Finding[] {
  const { pipeline, ended, skippedSince, newest, sound } = seen
  const last = ended[0]
  const good = ended.find(({ outcome }) => outcome === 'complete')
  const lastGood = good === undefined ? {} : { lastGood: good.finishedAt }
  const skipped = skippedSince !== null && now - skippedSince > DAY_MS
  return [
    ...(last !== undefined && isFailed(last)
      ? [
          finding(
            'run-failed',
            pipeline,
            reason('alert-run-failed', {
              pipeline,
              outcome: last.outcome,
              why: last.error,
              runId: last.runId,
            }),
            {
              since: firstOfRow(ended, isFailed).finishedAt,
              ...lastGood,
            },
          ),
        ]
      : []),
    ...(skipped
      ? [
          finding(
            'runs-skipped',
            pipeline,
            reason('alert-runs-skipped', { pipeline, since: iso(skippedSince) }),
            { since: skippedSince, ...lastGood },
          ),
        ]
      : []),
    ...longRun(seen, now),
    ...(last === undefined ? [] : refusedKeys(pipeline, last)),
    ...partialSources(pipeline, ended),
    ...newest.filter((data) => isOld(data, now)).map((data) => oldData(pipeline, data)),
    ...brokenChecks(pipeline, sound),
  ]
}

const isFailed = ({ outcome }: EndedRun) => outcome === 'failed' || outcome === 'interrupted'

/** The oldest of the runs at the beginning of the list that are all like this; there is one at least. */
function firstOfRow(ended: readonly EndedRun[], isLike: (run: EndedRun) => boolean): EndedRun {
  const end = ended.findIndex((run) => !isLike(run))
  return ended.at(end === -1 ? -1 : end - 1) as EndedRun
}

const oldData = (pipeline: string, { source, at, allowedMs }: NewestData) =>
  finding('data-old', pipeline, reason('alert-data-old', { pipeline, source, at: iso(at ?? 0), allowedMs }), {
    of: source,
    sources: [source],
    since: (at ?? 0) + allowedMs,
    lastGood: at ?? 0,
  })

/** One finding for all of them: a fault of the source often breaks several. */
function brokenChecks(pipeline: string, sound: PipelineSeen['sound']): Finding[] {
  if (sound === null || sound.broken.length === 0) return []
  const { runId, broken } = sound
  return [
    finding(
      'unsound',
      pipeline,
      reason('alert-unsound', {
        pipeline,
        breaches: broken.slice(0, TOLD_BREACHES),
        others: Math.max(0, broken.length - TOLD_BREACHES),
      }),
      { size: broken.length, runId },
    ),
  ]
}

function longRun({ pipeline, openSince, ended }: PipelineSeen, now: number): Finding[] {
  if (openSince === null) return []
  const lengths = ended
    .filter(({ outcome }) => outcome === 'complete' || outcome === 'partial')
    .map(({ startedAt, finishedAt }) => finishedAt - startedAt)
  if (lengths.length < RUNS_TO_KNOW) return []
  const usualMs = lengths.toSorted((a, b) => a - b)[Math.ceil(lengths.length * USUAL_SHARE) - 1] ?? 0
  const limitMs = Math.max(usualMs * LONGER_TIMES, usualMs + LONGER_MS)
  if (now - openSince <= limitMs) return []
  return [
    finding('run-long', pipeline, reason('alert-run-long', { pipeline, since: iso(openSince), usualMs }), {
      since: openSince + limitMs,
    }),
  ]
}

/** A key is refused until somebody changes it: the next run fails the same way. */
function refusedKeys(pipeline: string, { sources, finishedAt }: EndedRun): Finding[] {
  return Object.entries(sources).flatMap(([source, { why }]) => {
    const refused = why.find(
      ({ code, values }) => code === 'failure' && values?.['type'] === 'CredentialsRejected',
    )
    if (refused === undefined) return []
    return [
      finding('key-refused', pipeline, reason('alert-key-refused', { pipeline, source, why: refused }), {
        of: source,
        since: finishedAt,
      }),
    ]
  })
}

function partialSources(pipeline: string, ended: readonly EndedRun[]): Finding[] {
  const newest = ended.slice(0, PARTIAL_RUNS)
  if (newest.length < PARTIAL_RUNS) return []
  return Object.entries(newest[0]?.sources ?? {}).flatMap(([source, { why }]) => {
    if (source === CHECKS) return []
    const lacks = ({ sources }: EndedRun) => ['partial', 'failed'].includes(sources[source]?.outcome ?? '')
    if (!newest.every(lacks)) return []
    const good = ended.find((run) => !lacks(run))
    return [
      finding(
        'source-partial',
        pipeline,
        reason('alert-source-partial', {
          pipeline,
          source,
          runs: ended.indexOf(firstOfRow(ended, lacks)) + 1,
          why: [...why],
        }),
        {
          of: source,
          sources: [source],
          since: firstOfRow(ended, lacks).finishedAt,
          ...(good === undefined ? {} : { lastGood: good.finishedAt }),
        },
      ),
    ]
  })
}

function lateRuns(
  { pipelines }: DatabaseSeen,
  { schedules }: TemporalSeen,
  knownSince: number,
  now: number,
): Finding[] {
  return pipelines.flatMap(({ pipeline, startedAt, openSince }) => {
    const schedule = schedules.find((one) => one.pipeline === pipeline)
    if (schedule?.state !== 'active' || schedule.everyMs === null || openSince !== null) return []
    const { everyMs } = schedule
    const dueAt = (startedAt ?? knownSince) + everyMs
    const lateMs = Math.max(LATE_MS, everyMs * LATE_SHARE)
    if (now <= dueAt + lateMs) return []
    return [
      finding('run-late', pipeline, reason('alert-run-late', { pipeline, dueAt: iso(dueAt) }), {
        since: dueAt,
        ...(startedAt === null ? {} : { lastGood: startedAt }),
      }),
    ]
  })
}

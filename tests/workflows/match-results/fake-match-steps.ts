/** Runs of match-results with stand-ins for its three steps: each goes well unless a test says otherwise. */
import type { MatchResultsActivities } from '../../../activities/match-results/index.ts'
import type { MatchFigures } from '../../../activities/match-results/match-records.ts'
import { startRun, type RunHandle } from '../../../client/runs.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { NOTHING, type SourceCounts } from '../../../core/run-outcome.ts'
import { endingOf, type EndingInWords } from '../../support/ending-in-words.ts'
import type { Collected } from '../../../activities/match-results/activity-context.ts'
import type { TimeSkipping } from '../../support/time-skipping.ts'
import { notedSteps, type FakeSteps } from '../mod-stats/fake-steps.ts'
import type { HistoryEvent } from '../history-order.ts'

export type MatchSteps = FakeSteps<keyof MatchResultsActivities>

/** Events of a poll. */
const EVENTS = 13

/** Status of the matches of a poll. */
export const FIGURES: MatchFigures = { confirmed: 2, lastSeen: 1, open: 10, duplicates: 0 }

/** The result of a poll of the feed; `results` only if they were requested. */
export function collected(feed: Partial<SourceCounts> = {}, results?: SourceCounts): Promise<Collected> {
  const counts = { ...NOTHING, fetched: EVENTS, written: EVENTS, ...feed }
  return Promise.resolve({ counts, figures: FIGURES, ...(results && { results }) })
}

/** Builds the steps; `own` replaces some of them. */
export function fakeMatchSteps(
  time: Pick<TimeSkipping, 'now'>,
  own: Partial<MatchResultsActivities> = {},
): MatchSteps {
  return notedSteps<MatchResultsActivities>(time, {
    openMatchResults: () => Promise.resolve({}),
    collectMatches: () => collected(),
    closeMatchResults: (_run, ending) => Promise.resolve(ending),
    ...own,
  })
}

/** Starts a run as `almanac run` does. */
export function startMatchResults(
  { client }: Pick<TimeSkipping, 'client'>,
  params: Record<string, unknown> = {},
): Promise<RunHandle> {
  const pipeline = pipelineById('match-results')
  if (pipeline === undefined) throw new Error('match-results is not in the registry')
  return startRun(client, pipeline, 'manual', params)
}

/** A run that has ended: what it said, and what stands in the server's books. */
export interface EndedRun {
  ending: EndingInWords
  status: string
  events: HistoryEvent[]
  /** From its start to its end, by the server's clock. */
  tookMs: number
}

/** Runs once with these steps, on one worker, to the end. */
export async function runMatchResults(
  time: TimeSkipping,
  steps: MatchSteps,
  params?: Record<string, unknown>,
): Promise<EndedRun> {
  const worker = await time.createWorker(steps.activities)
  return worker.runUntil(async () => endOf(await startMatchResults(time, params)))
}

/** Waits for a run's end. */
export async function endOf(handle: RunHandle): Promise<EndedRun> {
  const ending = await endingOf(handle)
  const { status, startTime, closeTime } = await handle.describe()
  if (closeTime === undefined) throw new Error(`${handle.workflowId} has no end`)
  const { events } = await handle.fetchHistory()
  return {
    ending,
    status: status.name,
    events: events ?? [],
    tookMs: closeTime.getTime() - startTime.getTime(),
  }
}

/** When the run of these steps began, in milliseconds since 1970. */
export function startMs(steps: MatchSteps): number {
  return Date.parse(steps.callsOf('openMatchResults')[0]?.run?.startedAt ?? '')
}

/** match-results: one poll of the feed every minute; only three activities, since there are so many runs. */
import type { MatchResultsActivities } from '../activities/match-results/index.ts'
import type { MatchFigures } from '../activities/match-results/match-records.ts'
import { SECOND_MS } from '../core/durations.ts'
import { asCounts, type RunEnding } from '../core/run-outcome.ts'
import { pastSnapshot } from './past-snapshot.ts'
import { databaseWork, upstreamRead } from './policies.ts'
import { type RunInput } from '../core/run.ts'
import { activitiesOf, settleSource, boundMsOf, recordedRun, remainingMs, runOf } from './recorded-run.ts'

/** The next run starts after a minute and must not find this one running. */
export const MINUTELY_BOUND_MS = 50 * SECOND_MS

/** Share of it for the lock: the database's retry budget, and a Temporal client's one query about the holder. */
export const OPENING_MS = 15 * SECOND_MS

/** Share of it for closing the record, or for spooling it. */
export const CLOSING_SHARE_MS = 10 * SECOND_MS

const activities = activitiesOf<MatchResultsActivities>()

/** Polls the feed once and brings every match up to date. */
export async function matchResultsWorkflow(input: RunInput): Promise<RunEnding> {
  const run = runOf('match-results', input)
  const boundMs = boundMsOf(input, MINUTELY_BOUND_MS)
  const left = () => remainingMs(run, boundMs)
  let figures: MatchFigures | undefined

  const hooks = {
    open: async () => {
      const skipped = pastSnapshot(run, input)
      if (skipped) return { skipped }
      return activities(databaseWork(Math.min(left(), OPENING_MS)), 'Take the run lock').openMatchResults(run)
    },
    close: (_: unknown, ending: RunEnding) =>
      activities(databaseWork(CLOSING_SHARE_MS), `Close the record: ${ending.outcome}`).closeMatchResults(
        run,
        ending,
        figures,
      ),
  }

  return recordedRun(run, hooks, input, async (counts) => {
    const derive = input.params?.derive ?? false
    const poll = activities(
      upstreamRead(Math.max(left() - CLOSING_SHARE_MS, 1_000)),
      'The feed, the results, every match',
    )
    counts['feed'] = await settleSource(undefined, async () => {
      const collected = await poll.collectMatches({ run, derive })
      figures = collected.figures
      if (collected.results) counts['results'] = asCounts(collected.results)
      return collected.counts
    })
  })
}

/**
 * The activities of match-results. Only polls of the feed are fetched; matches and observations are derived from them.
 */
import { log } from '@temporalio/activity'
import { DAY_MS } from '../../core/durations.ts'
import { isWithin } from '../../core/elapsed.ts'
import { databaseFailure, isDatabaseUnwritable } from '../../db/database-failure.ts'
import type { LogRecord } from '../../core/log-records.ts'
import type { MatchResultsDependencies, ActivityContext } from './activity-context.ts'
import { collectInput, figuresSchema, runSchema } from './inputs.ts'
import { troubleOf } from '../../db/database-failure.ts'
import type { Run, Skipped } from '../../core/run.ts'
import { activity, type CallsOf } from '../checked-activity.ts'
import { forAttempt } from '../dependencies.ts'
import { endingSchema } from '../run-input.ts'
import { withDatabaseRetry } from '../../db/database-retry.ts'
import { pruneMatches } from '../../db/queries/match-results/matches.ts'
import { pruneQuarantine, pruneRawPayloads } from '../../db/queries/raw-payloads.ts'
import { rollUpRuns } from '../../db/queries/run-hours.ts'
import { attemptRetryBudget } from '../attempt-retry-budget.ts'
import { closeRunOrSpool, openRecord } from '../run-record.ts'
import { collectMatches } from './collect.ts'
import { createMatchesFile } from './matches-file.ts'
import { collectedBy, type MatchRecord } from './match-records.ts'
import { createUnstoredMatches, type UnstoredMatches } from './unstored-matches.ts'

/**
 * A minute's statements take milliseconds. With three attempts of this length, a run with a hanging database keeps its
 * bound.
 */
const TRY_MS = 8_000

/** Every minute stores bodies; two days are enough to notice a parsing fault, and to derive everything again. */
const RAW_DAYS = 2

/** Sources of this pipeline in `raw_payloads` and `quarantine`. */
const SOURCES = ['onexbet', 'onexbet-results']

/** A rejected event indicates a change of the feed, which is noticed within the month or never. */
const REJECTED_ROW_DAYS = 30

/** An old poll is needed again only if one of another worker comes late, at most this late. */
const POLLS_DAYS = 7

/** Records of uneventful runs are summed per hour after the time for which their raw bodies are kept. */
const RECORDS_DAYS = RAW_DAYS

/** Removing old rows: once an hour is enough, and a minute's run has other things to do. */
const PRUNE_EVERY_MS = 3_600_000

export type MatchResultsActivities = CallsOf<ReturnType<typeof createMatchResultsActivities>>

export function createMatchResultsActivities(dependencies: MatchResultsDependencies) {
  const { db, temporal, settings, clock } = dependencies
  let unstoredMatches: UnstoredMatches | undefined
  const matchesFile = createMatchesFile()
  const resultsAsked = { atMs: -Infinity }
  let prunedAtMs = -Infinity
  const context = (): ActivityContext => {
    unstoredMatches ??= createUnstoredMatches(settings.feed.name, db.spool?.folder)
    // Known to be unavailable: one attempt every minute is enough.
    const ms = db.spool?.isDatabaseUnavailable ? 0 : dependencies.retryBudgetMs
    return {
      ...forAttempt(dependencies, { ms, tryMs: TRY_MS }),
      unstoredMatches,
      matchesFile,
      resultsAsked,
    }
  }
  return {
    /** Without its database a run has no lock and continues: its writes are idempotent. */
    openMatchResults: activity([runSchema], async (run): Promise<{ skipped?: Skipped }> => {
      const reportStart = () => {
        const record = { event: 'collection.started', isRecompute: isRecompute(run) } satisfies MatchRecord
        log.info('collection started', record)
      }
      try {
        const answer = await withDatabaseRetry(context().retryBudget, () => openRecord(db, temporal, run))
        // A waiting run repeats this activity: it starts when it has its turn.
        if (answer.skipped?.isDeriving !== true) reportStart()
        return answer
      } catch (error) {
        if (!isDatabaseUnwritable(error)) throw error
        reportStart()
        const record = { event: 'run.without-lock', ...troubleOf(error) } satisfies LogRecord
        log.warn('the database accepts no rows: this run has no lock, and spools its rows', record)
        return {}
      }
    }),

    collectMatches: activity([collectInput], (input) => collectMatches(context(), input)),

    closeMatchResults: activity([runSchema, endingSchema, figuresSchema], async (run, ending, figures) => {
      const retryBudget = attemptRetryBudget({ ms: 0, tryMs: TRY_MS })
      const { spooled, ending: ended } = await closeRunOrSpool(db, run, ending, clock(), retryBudget)
      const collected = collectedBy(ended, isRecompute(run))
      log.info('collection ended', {
        event: 'collection.ended',
        ...collected,
        ...figures,
      } satisfies MatchRecord)
      const now = clock().getTime()
      if (spooled || isWithin(prunedAtMs, now, PRUNE_EVERY_MS)) return ended
      // Set even after a failure: the record is closed, and the activity is not retried for this.
      prunedAtMs = now
      await prune(dependencies)
      return ended
    }),
  }
}

/** Started after a drain: it contacts no upstream. */
const isRecompute = ({ trigger }: Run) => trigger === 'drain'

async function prune({
  db,
  settings,
  rawPayloadCaps,
  clock,
  matchClock,
}: MatchResultsDependencies): Promise<void> {
  const ago = (now: Date, days: number) => new Date(now.getTime() - days * DAY_MS)
  try {
    await pruneRawPayloads(
      db,
      rawPayloadCaps,
      clock(),
      Object.fromEntries(SOURCES.map((source) => [source, RAW_DAYS])),
    )
    await pruneQuarantine(db, SOURCES, ago(matchClock(), REJECTED_ROW_DAYS))
    await pruneMatches(db, {
      pollsBefore: ago(matchClock(), POLLS_DAYS),
      oddsBefore: ago(matchClock(), settings.odds_days),
    })
    await rollUpRuns(db, 'match-results', ago(clock(), RECORDS_DAYS))
  } catch (error) {
    throw databaseFailure(error) ?? error
  }
}

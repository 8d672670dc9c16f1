/**
 * When `data/matches.csv` is written. Some match changes nearly every minute, and the file is rewritten as a whole: so
 * a worker does it only every `csv_minutes`, and remembers until then what the file lacks.
 */
import { DAY_MS, MINUTE_MS } from '../../core/durations.ts'
import { isWithin } from '../../core/elapsed.ts'
import { databaseFailure, isDatabaseUnwritable } from '../../db/database-failure.ts'
import type { Sections } from '../../pipelines/index.ts'
import type { CommonDependencies } from '../dependencies.ts'
import { withDatabaseRetry, type RetryBudget } from '../../db/database-retry.ts'
import { eachPieceOfOver, isAnyOver } from '../../db/queries/match-results/over-matches.ts'
import type { Match } from './match-life.ts'
import { lineMatchOfRow } from './match-rows.ts'
import { lineOf, updateMatchesCsv, writeMatchesCsv } from './matches-csv.ts'
import type { Reason } from '../../core/reason.ts'
import { reason } from '../../wording/reason.ts'

/** The part of an activity's context that the file needs. */
export interface FileContext extends Pick<CommonDependencies, 'db' | 'dataDir' | 'clock'> {
  settings: Sections['match-results']
  matchClock: () => Date
  signal: AbortSignal
  retryBudget: RetryBudget
}

/** What a run changed in the matches. */
export interface Turned {
  /** Matches that are now over, over with another score, or not over any more. */
  turned: readonly Match[]
  /**
   * The tables hold everything known; otherwise something is in the spool, and the file continues from its own content.
   */
  areTablesWhole: boolean
  /** Write in any case: the spool was drained. */
  derive: boolean
}

export interface MatchesFile {
  /**
   * Writes the file if it is due. Returns why it could not be written, and tries again in the next run; throws unnamed
   * errors.
   */
  bringForward(context: FileContext, turned: Turned): Promise<Reason[]>
}

/** One per worker: the first run of a process always writes, since it is unknown what the previous one left undone. */
export function createMatchesFile(): MatchesFile {
  const lacking = new Map<number, Match>()
  let isOfTables = false
  let writtenAtMs = -Infinity

  /** Returns whether there was anything to write. */
  const write = async (context: FileContext, { areTablesWhole, derive }: Turned): Promise<boolean> => {
    if (!areTablesWhole) {
      if (lacking.size > 0) await updateMatchesCsv(context.dataDir, lacking.values())
      return lacking.size > 0
    }
    if (!derive && lacking.size === 0 && (isOfTables || !(await isAnyMatchOver(context)))) return false
    await writeFromTables(context)
    return true
  }
  return {
    async bringForward(context, turned) {
      for (const match of turned.turned) lacking.set(match.eventId, match)
      const now = context.clock().getTime()
      if (!turned.derive && isWithin(writtenAtMs, now, context.settings.csv_minutes * MINUTE_MS)) return []
      // Changes made while it is written, in another attempt, are still missing from it.
      const known = [...lacking.values()]
      try {
        if (!(await write(context, turned))) return []
      } catch (error) {
        const failure = databaseFailure(error) ?? error
        if (!isDatabaseUnwritable(failure)) throw failure
        return [reason('matches-file-left', { message: failure.message })]
      }
      for (const match of known) if (lacking.get(match.eventId) === match) lacking.delete(match.eventId)
      isOfTables = turned.areTablesWhole
      writtenAtMs = now
      return []
    },
  }
}

/** The file of the last days. */
async function writeFromTables(context: FileContext): Promise<void> {
  const { db, settings, dataDir, retryBudget, signal } = context
  const { ms, untilMs } = retryBudget
  const of = { feed: settings.feed.name, since: sinceOf(context), signal }
  // Three months take longer than the timeout of one attempt allows.
  await withDatabaseRetry({ ms, signal, ...(untilMs !== undefined && { untilMs }) }, () =>
    writeMatchesCsv(dataDir, (add) =>
      eachPieceOfOver(db, of, (rows) => add(rows.map((row) => lineOf(lineMatchOfRow(row))))),
    ),
  )
}

function isAnyMatchOver(context: FileContext): Promise<boolean> {
  const { db, settings, retryBudget } = context
  return withDatabaseRetry(retryBudget, () => isAnyOver(db, settings.feed.name, sinceOf(context)))
}

const sinceOf = ({ settings, matchClock }: FileContext) =>
  new Date(matchClock().getTime() - settings.csv_days * DAY_MS)

/** What a run of another process did to the matches, from the tables. */
import { and, asc, eq, gte, isNull, or } from 'drizzle-orm'
import { turnOf } from '../../../activities/match-results/told.ts'
import type { Config } from '../../../config/load-config.ts'
import { databaseFailure } from '../../../db/database-failure.ts'
import { CannotReach } from '../../../client/cannot-reach.ts'
import { openDatabase, type Database } from '../../../db/database.ts'
import { turnedMatches, type TurnedMatch } from '../../../db/queries/match-results/turned-matches.ts'
import { matches } from '../../../db/schema/match-results.ts'
import { pipelineRuns } from '../../../db/schema/runs.ts'
import { sentenceOf } from '../../../core/failures.ts'
import { databaseUrl } from '../../../client/connection.ts'
import type { CollectorLog, LogLine } from './log-lines.ts'
import { correctedLine, notOverLine, overLine, resumedLine } from './told-lines.ts'

/** Lines of one collection at most: an answer of thousands that all ended would be no news but a list. */
const MOST_MATCHES = 500

/** Results are told for a day after the end of a match, and corrected a little longer. */
const CHANGED_WITHIN_MS = 2 * 24 * 3_600_000

export interface RunMatches {
  /** The run followed what came out of the spool. */
  isReprise: boolean
  turned: TurnedMatch[]
  /** Why each of the others does not count, where somebody wants to read it. */
  ignored: LogLine[]
}

/** Undefined where the database cannot tell; why not is told at level DEBUG. */
export async function matchesOfRun(
  config: Config,
  log: CollectorLog,
  runId: string,
): Promise<RunMatches | undefined> {
  try {
    const database = openDatabase(databaseUrl(config), () => undefined)
    try {
      return await askFor(database.db, config.tracked['match-results'].feed.name, runId, log.isVerbose)
    } finally {
      await database.close()
    }
  } catch (error) {
    const failure = error instanceof CannotReach ? error : databaseFailure(error)
    if (failure === undefined) throw error
    log.line('DEBUG', `Les matchs de cette collecte ne peuvent pas être lus: ${sentenceOf(failure)}`)
    return undefined
  }
}

async function askFor(
  db: Database,
  feed: string,
  runId: string,
  isVerbose: boolean,
): Promise<RunMatches | undefined> {
  const record = pipelineRuns
  const [run] = await db.select().from(record).where(eq(record.runId, runId))
  if (run === undefined) return undefined
  const overSince = new Date(run.startedAt.getTime() - CHANGED_WITHIN_MS)
  const turned = await turnedMatches(db, { feed, runId, among: { overSince }, limit: MOST_MATCHES })
  const ignored = isVerbose ? await ignoredMatches(db, feed, overSince) : []
  return { isReprise: run.trigger === 'drain', turned, ignored }
}

async function ignoredMatches(db: Database, feed: string, overSince: Date): Promise<LogLine[]> {
  const waits = and(eq(matches.state, 'vanished'), gte(matches.overAt, overSince))
  const rows = await db
    .select()
    .from(matches)
    .where(and(eq(matches.feed, feed), or(isNull(matches.overAt), waits)))
    .orderBy(asc(matches.timestampUtc), asc(matches.eventId))
    .limit(MOST_MATCHES)
  return rows.map((row) => notOverLine({ ...row, reason: row.state }))
}

/** The line of a match that was turned, as the steps tell it; undefined where it stands as before. */
export function turnedLine(
  match: TurnedMatch,
): (LogLine & { counts?: 'confirmed' | 'lastSeen' }) | undefined {
  const { confidence, was1, was2, wasConfidence } = match
  switch (turnOf({ score1: was1, score2: was2, confidence: wasConfidence }, match)) {
    case 'corrected':
      return correctedLine(match)
    case 'resumed':
      return resumedLine(match)
    case 'over': {
      const sure = confidence ?? 'last-seen'
      const counts = sure === 'confirmed' ? 'confirmed' : 'lastSeen'
      return { ...overLine({ ...match, confidence: sure }), counts }
    }
    case undefined:
      return undefined
  }
}

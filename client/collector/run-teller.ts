/** Tells of runs of match-results as they end, where their steps did not speak in this process. */
import type { Client } from '@temporalio/client'
import { asc, and, eq, isNotNull } from 'drizzle-orm'
import type { Config } from '../../config.ts'
import { databaseFailure, openDatabase } from '../../db/database.ts'
import { matches } from '../../db/schema/match-results.ts'
import type { RunEnding } from '../../run-outcome.ts'
import { CannotReach, databaseUrl } from '../connection.ts'
import { endingOf } from '../runs.ts'
import { sentenceOf, type CollectorLog } from './log-lines.ts'
import { collectedBy } from '../../activities/match-results/told.ts'
import { endLines, overLine, type MatchOver } from './told-lines.ts'

/** A run of this pipeline, as Temporal lists it. */
export interface ListedRun {
  workflowId: string
  runId: string
  startTime: Date
  closeTime?: Date | undefined
}

export interface RunTeller {
  /** Tells of the runs that ended since the look before. */
  look(): Promise<void>
  /** Tells of one run, unless its steps did so. */
  tell(run: Pick<ListedRun, 'workflowId' | 'runId'>, ending: RunEnding): Promise<void>
}

export interface TellerSettings {
  client: Client
  config: Config
  log: CollectorLog
  /** Whether the steps of a run have told of its end in this process. */
  isTold: (workflowId: string) => boolean
  forget: (workflowId: string) => void
  /** Runs that began before are none of ours. */
  since: Date
}

/** Runs of match-results that began since a moment, newest first; `running` alone, or all. */
export async function listRuns(client: Client, filter: string): Promise<ListedRun[]> {
  const runs: ListedRun[] = []
  const query = `Pipeline="match-results" AND WorkflowType="matchResultsWorkflow" AND ${filter}`
  for await (const { workflowId, runId, startTime, closeTime } of client.workflow.list({ query })) {
    runs.push({ workflowId, runId, startTime, closeTime })
  }
  return runs
}

/** Remembers which runs have been told. One that has just ended gets until the next look to speak for itself. */
export function createRunTeller(settings: TellerSettings): RunTeller {
  const { client, log, isTold, forget } = settings
  let { since } = settings
  const ended = new Map<string, 'seen' | 'told'>()
  const tell: RunTeller['tell'] = async (run, ending) => {
    ended.set(run.workflowId, 'told')
    if (isTold(run.workflowId)) return
    const over = await matchesOf(settings, run.runId)
    for (const match of over ?? []) log.line(...lineOf(overLine(match)))
    const known = over === undefined ? {} : countsOf(over)
    for (const line of endLines({ ...collectedBy(ending), ...known })) log.line(...lineOf(line))
  }
  return {
    tell,
    async look() {
      const runs = await listRuns(client, `StartTime >= "${since.toISOString()}"`)
      for (const run of runs.toReversed()) {
        if (run.closeTime === undefined || ended.get(run.workflowId) === 'told') continue
        if (ended.has(run.workflowId) || isTold(run.workflowId)) {
          await tell(run, await endingOf(client.workflow.getHandle(run.workflowId, run.runId)))
        } else {
          ended.set(run.workflowId, 'seen')
        }
      }
      since = nextSince(runs, ended) ?? since
      const listed = new Set(runs.filter(({ startTime }) => startTime >= since).map((run) => run.workflowId))
      for (const workflowId of ended.keys()) {
        if (listed.has(workflowId)) continue
        ended.delete(workflowId)
        forget(workflowId)
      }
    },
  }
}

function lineOf({ level, text }: { level: Parameters<CollectorLog['line']>[0]; text: string }) {
  return [level, text] as const
}

/** The start of the oldest run that is still to be told, else of the newest one: later looks begin there. */
function nextSince(runs: ListedRun[], ended: Map<string, 'seen' | 'told'>): Date | undefined {
  const waiting = runs.filter(({ workflowId }) => ended.get(workflowId) !== 'told')
  return waiting.at(-1)?.startTime ?? runs[0]?.startTime
}

/** Lines of one collection at most: an answer of thousands that all ended would be no news but a list. */
const MOST_MATCHES = 500

/** The matches that a run brought to their end; undefined where the database cannot tell. */
async function matchesOf({ config, log }: TellerSettings, runId: string): Promise<MatchOver[] | undefined> {
  let url: string
  try {
    url = databaseUrl(config)
  } catch (error) {
    if (error instanceof CannotReach) return undefined
    throw error
  }
  const database = openDatabase(url, () => undefined)
  try {
    const { team1, team2, score1, score2, confidence } = matches
    const rows = await database.db
      .select({ team1, team2, score1, score2, confidence })
      .from(matches)
      .where(and(eq(matches.runId, runId), isNotNull(matches.overAt)))
      .orderBy(asc(matches.overAt), asc(matches.eventId))
      .limit(MOST_MATCHES)
    return rows.map((row) => ({ ...row, confidence: confidenceOf(row.confidence) }))
  } catch (error) {
    const failure = databaseFailure(error)
    if (failure === undefined) throw error
    log.line('DEBUG', `Les matchs de cette collecte ne peuvent pas être lus: ${sentenceOf(failure)}`)
    return undefined
  } finally {
    await database.close()
  }
}

function confidenceOf(stored: string | null): MatchOver['confidence'] {
  return stored === 'confirmed' || stored === 'last-seen' ? stored : null
}

function countsOf(over: MatchOver[]) {
  const count = (wanted: MatchOver['confidence']) =>
    over.filter(({ confidence }) => confidence === wanted).length
  return { confirmed: count('confirmed'), lastSeen: count('last-seen') }
}

/** Tells of runs of match-results as they end, where their steps did not speak in this process. */
import type { Client } from '@temporalio/client'
import { collectedBy } from '../../../activities/match-results/told.ts'
import type { Config } from '../../../config/load-config.ts'
import type { RunEnding } from '../../../core/run-outcome.ts'
import { endingOf } from '../../../client/runs.ts'
import type { CollectorLog } from './log-lines.ts'
import { matchesOfRun, turnedLine, type RunMatches } from './run-matches.ts'
import { endLines } from './told-lines.ts'

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
  const { client, config, log, isTold, forget } = settings
  let { since } = settings
  const ended = new Map<string, 'seen' | 'told'>()
  const tellTurned = createTurnedTeller(log)
  const tell: RunTeller['tell'] = async (run, ending) => {
    ended.set(run.workflowId, 'told')
    if (isTold(run.workflowId)) return
    const found = await matchesOfRun(config, log, run.runId)
    const figures = found === undefined ? {} : tellTurned(found)
    log.lines(endLines({ ...collectedBy(ending, found?.isReprise ?? false), ...figures }))
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

/** Matches remembered at most; a day has some two thousand. */
const MOST_TOLD = 5_000

/**
 * Tells of a run's matches and counts them. What the log has said of a match is not said again: a run that goes back, because
 * an older answer came late, finds again what was found before.
 */
function createTurnedTeller(
  log: CollectorLog,
): (found: RunMatches) => { confirmed: number; lastSeen: number } {
  const said = new Map<number, string>()
  return ({ turned, ignored }) => {
    const figures = { confirmed: 0, lastSeen: 0 }
    if (said.size > MOST_TOLD) said.clear()
    for (const match of turned) {
      const line = turnedLine(match)
      if (line === undefined || said.get(match.eventId) === line.text) continue
      said.set(match.eventId, line.text)
      log.lines([line])
      if (line.counts !== undefined) figures[line.counts]++
    }
    log.lines(ignored)
    return figures
  }
}

/** The start of the oldest run that is still to be told, else of the newest one: later looks begin there. */
function nextSince(runs: ListedRun[], ended: Map<string, 'seen' | 'told'>): Date | undefined {
  const waiting = runs.filter(({ workflowId }) => ended.get(workflowId) !== 'told')
  return waiting.at(-1)?.startTime ?? runs[0]?.startTime
}

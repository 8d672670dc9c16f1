/**
 * What nobody tells of: how open runs go on, and how the servers are. It is looked at here, once for all who listen, so that
 * no page has to ask again and again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import type { LastingTemporal } from '../client/lasting-temporal.ts'
import { openRuns, type OpenRun } from '../client/open-runs.ts'
import type { ApiLog } from './app.ts'
import { awayOf } from './away.ts'
import type { stackSchema } from './stack/stack-schema.ts'

type Stack = z.infer<typeof stackSchema>

/** Who follows a run sees within seconds that an attempt failed. A look takes some 10 ms for each open run. */
const LOOK_MS = 3_000

export interface Watched {
  temporal: LastingTemporal
  stack: () => Promise<Stack>
  /** Whether anybody listens; otherwise nothing is looked at. */
  isHeard: () => boolean
  /**
   * `activity` of a run that went on (pipeline, workflowId, runId); `stack` if a server is not as it was (away: those that
   * are; isNew: that others were when it was looked before).
   */
  tell: (event: 'activity' | 'stack', data: object) => void
  log: ApiLog
}

/** Looks until the signal; resolves then. */
export async function watch(
  { temporal, stack, isHeard, tell, log }: Watched,
  signal: AbortSignal,
): Promise<void> {
  let runs: ReadonlyMap<string, string> | undefined
  let servers: { mark: string; away: string } | undefined
  for (;;) {
    try {
      await sleep(LOOK_MS, undefined, { signal })
      if (!isHeard()) continue
      const state = await stack()
      const away = state.away.map(({ server }) => server).toSorted()
      const found = { mark: markOf(state), away: away.join(' ') }
      const isNew = servers !== undefined && found.away !== servers.away
      if (isNew || found.mark !== servers?.mark) tell('stack', { away, isNew })
      servers = found
      const before = runs
      const open = await temporal.use(openRuns)
      runs = new Map(open.map((run) => [run.runId, progressOf(run)]))
      for (const { pipeline, workflowId, runId } of open) {
        if (before !== undefined && before.get(runId) !== runs.get(runId))
          tell('activity', { pipeline, workflowId, runId })
      }
    } catch (error) {
      if (signal.aborted) return
      // That Temporal is away is told as a state of the stack.
      if (awayOf(error) === undefined)
        log.error({ err: error, path: '/api/events' }, 'open runs could not be looked at')
    }
  }
}

/** Another text whenever an activity began, failed or ended. */
const progressOf = ({ historyLength, pending }: OpenRun): string =>
  JSON.stringify([
    historyLength,
    pending.map(({ workflowId, steps }) => [
      workflowId,
      steps.map(({ activityId, state, attempts }) => [activityId, state, attempts]),
    ]),
  ])

/** Another text whenever there is something else to say than how many bytes there are. */
const markOf = ({ database, temporal, spool, disks, alerts }: Stack): string =>
  JSON.stringify([
    database?.migrations,
    temporal?.workers,
    [spool.waiting, spool.dead_letter_count],
    disks.map(({ room }) => room),
    alerts,
  ])

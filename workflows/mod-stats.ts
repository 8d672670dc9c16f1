/** mod-stats: Modrinth and CurseForge in parallel, the modpacks after CurseForge. */
import { continueAsNew, log, workflowInfo } from '@temporalio/workflow'
import type { ModStatsActivities } from '../activities/mod-stats/index.ts'
import { HOUR_MS } from '../core/durations.ts'
import { NOTHING, type RunEnding } from '../core/run-outcome.ts'
import { CLOSING_MS, databaseWork, upstreamRead } from './policies.ts'
import { pastSnapshot } from './past-snapshot.ts'
import { type RunInput } from '../core/run.ts'
import { activitiesOf, boundMsOf, recordedRun, remainingMs, runOf } from './recorded-run.ts'
import { batchLoops } from './batches.ts'

/** The loops over batches, by name; their cursors survive continue-as-new. */
type Loop = 'collectModrinth' | 'collectCurseForge' | 'discoverModpacks' | 'refreshModpacks'

const SOURCE: Record<Loop, string> = {
  collectModrinth: 'modrinth',
  collectCurseForge: 'curseforge',
  discoverModpacks: 'modpacks',
  refreshModpacks: 'modpacks',
}

const SUMMARY: Record<Loop, string> = {
  collectModrinth: 'Modrinth: downloads, followers, versions',
  collectCurseForge: 'CurseForge: downloads, thumbs up, files',
  discoverModpacks: 'CurseForge website: new modpacks',
  refreshModpacks: 'CurseForge: downloads of known modpacks',
}

const activities = activitiesOf<ModStatsActivities>()

/** Collects one UTC day's statistics of all tracked mods. */
export async function modStatsWorkflow(input: RunInput): Promise<RunEnding> {
  const run = runOf('mod-stats', input)
  const derive = input.params?.derive ?? false
  const boundMs = boundMsOf(input, untilDayEnds(new Date(run.startedAt)))
  // Every loop from the start: one that has not begun when the history is full must be handed on too.
  const cursors: Record<Loop, number | null> = {
    collectModrinth: 0,
    collectCurseForge: 0,
    discoverModpacks: 0,
    refreshModpacks: 0,
    ...input.resumed?.cursors,
  }

  const hooks = {
    open: async () => {
      // Rows from the spool were collected by the run that put them there. Without the lock: the day's collection,
      // which may be due now, must not be skipped because a file is written.
      if (derive) return {}
      const skipped = pastSnapshot(run, input)
      if (skipped) return { skipped }
      const { openModStats } = activities(
        databaseWork(remainingMs(run, boundMs)),
        'Take the run lock, follow almanac.yaml',
      )
      return openModStats(run)
    },
    closing: 'modpacks',
    close: (_: unknown, ending: RunEnding) =>
      activities(databaseWork(CLOSING_MS), `Close the record: ${ending.outcome}`).closeModStats(run, ending),
  }

  return recordedRun(run, hooks, input, async (counts) => {
    if (derive) {
      // If modpacks are reported, the last activity writes their file from the stored rows.
      counts['modpacks'] = NOTHING
      return
    }
    const loops = batchLoops(counts, cursors)
    const collect = (loop: Loop) =>
      loops.collect(loop, SOURCE[loop], (after) =>
        activities(upstreamRead(remainingMs(run, boundMs)), summaryOf(loop, after))[loop]({ run, after }),
      )
    const modpacks = async () => {
      await collect('collectCurseForge')
      await collect('discoverModpacks')
      await collect('refreshModpacks')
    }
    await Promise.all([collect('collectModrinth'), modpacks()])
    if (loops.isUnfinished()) {
      log.info('continuing with a fresh history', { events: workflowInfo().historyLength })
      await continueAsNew<typeof modStatsWorkflow>({ ...input, resumed: { run, counts, cursors } })
    }
  })
}

function summaryOf(loop: Loop, after: number): string {
  return after === 0 ? SUMMARY[loop] : `${SUMMARY[loop]} (from mod ${after + 1})`
}

/**
 * A run may take until the end of the UTC day on which it started, since its rows carry that day; at least an hour.
 */
export function untilDayEnds(startedAt: Date): number {
  const midnight = Date.UTC(startedAt.getUTCFullYear(), startedAt.getUTCMonth(), startedAt.getUTCDate() + 1)
  return Math.max(midnight - startedAt.getTime(), HOUR_MS)
}

/** mod-stats: what happens next. Modrinth and CurseForge side by side, the modpacks after CurseForge. */
import { continueAsNew, log, proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow'
import type { ModStatsActivities } from '../activities/mod-stats/index.ts'
import { addCounts, asCounts, NOTHING, type RunCounts, type RunEnding } from '../core/run-outcome.ts'
import { CLOSING_MS, databaseWork, HISTORY_EVENTS, untilDayEnds, upstreamRead } from './policies.ts'
import { pastSnapshot } from './past-snapshot.ts'
import { type RunInput } from '../core/run.ts'
import { alone, recordedRun, remainingMs, runOf } from './recorded-run.ts'

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

/** Collects one UTC day's statistics of all tracked mods. */
export async function modStatsWorkflow(input: RunInput): Promise<RunEnding> {
  const run = runOf('mod-stats', input)
  const derive = input.params?.derive ?? false
  const boundMs = input.params?.boundSeconds
    ? input.params.boundSeconds * 1000
    : untilDayEnds(new Date(run.startedAt))
  const steps = (options: ActivityOptions, summary: string) =>
    proxyActivities<ModStatsActivities>({ ...options, summary })
  // Every loop from the start: one that has not begun when the history is full must be handed on too.
  const cursors: Record<Loop, number | null> = {
    collectModrinth: 0,
    collectCurseForge: 0,
    discoverModpacks: 0,
    refreshModpacks: 0,
    ...input.resumed?.cursors,
  }
  let handOver = false

  const bookends = {
    open: async () => {
      // Rows that came out of the spool were collected by the run that put them there. Without the lock: the day's
      // collection, which may be due at this moment, must not be skipped because a file is written.
      if (derive) return {}
      const skipped = pastSnapshot(run, input)
      if (skipped) return { skipped }
      const { openModStats } = steps(
        databaseWork(remainingMs(run, boundMs)),
        'Take the run lock, follow almanac.yaml',
      )
      return openModStats(run)
    },
    close: (_: unknown, ending: RunEnding) =>
      steps(databaseWork(CLOSING_MS), `Close the record: ${ending.outcome}`).closeModStats(run, ending),
  }

  /** Batch after batch of one loop, until its end or until the history is long enough. */
  async function batches(loop: Loop, counts: RunCounts): Promise<void> {
    const source = SOURCE[loop]
    while (cursors[loop] !== null && !handOver) {
      const after = cursors[loop]
      // Stands if the step fails for good: a source that failed is not asked on.
      cursors[loop] = null
      counts[source] = await alone(counts[source], async () => {
        const batch = await steps(upstreamRead(remainingMs(run, boundMs)), summaryOf(loop, after))[loop]({
          run,
          after,
        })
        cursors[loop] = batch.next
        const found = asCounts(batch.counts)
        return counts[source] === undefined ? found : addCounts(counts[source], found)
      })
      handOver ||= workflowInfo().historyLength > HISTORY_EVENTS
    }
  }

  return recordedRun(run, bookends, input, async (counts) => {
    if (derive) {
      // Where modpacks are told of, the last step writes their file from what is stored.
      counts['modpacks'] = NOTHING
      return
    }
    const modpacks = async () => {
      await batches('collectCurseForge', counts)
      await batches('discoverModpacks', counts)
      await batches('refreshModpacks', counts)
    }
    await Promise.all([batches('collectModrinth', counts), modpacks()])
    if (Object.values(cursors).some((cursor) => cursor !== null)) {
      log.info('continuing with a fresh history', { events: workflowInfo().historyLength })
      await continueAsNew<typeof modStatsWorkflow>({ ...input, resumed: { run, counts, cursors } })
    }
  })
}

function summaryOf(loop: Loop, after: number): string {
  return after === 0 ? SUMMARY[loop] : `${SUMMARY[loop]} (from mod ${after + 1})`
}

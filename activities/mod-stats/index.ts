/** The activities of mod-stats. Each is one source's fetch, validate and write; rows never travel through history. */
import { syncMods } from '../../db/queries/mod-stats/mods.ts'
import { pruneRawPayloads } from '../../db/queries/raw-payloads.ts'
import type { Run } from '../../core/run.ts'
import { activity, type CallsOf } from '../checked-activity.ts'
import { forAttempt } from '../dependencies.ts'
import { endingSchema } from '../run-input.ts'
import { finishRun, openRecord } from '../run-record.ts'
import { collectCurseForgeBatch } from './curseforge.ts'
import { discoverModpacksBatch } from './discover-modpacks.ts'
import { collectModrinthBatch } from './modrinth.ts'
import { adoptKnownModpacks, exportModpacks } from './modpacks-csv.ts'
import { refreshModpacksBatch } from './refresh-modpacks.ts'
import type { ModStatsDependencies } from './activity-context.ts'
import { batchInput, runSchema } from './inputs.ts'

export type ModStatsActivities = CallsOf<ReturnType<typeof createModStatsActivities>>

/** Follows almanac.yaml, and makes the modpacks of an existing file known. */
export async function prepareModStats(context: ModStatsDependencies, run: Run): Promise<void> {
  await syncMods(context.db, context.settings.mods)
  await adoptKnownModpacks(context, run)
}

export function createModStatsActivities(dependencies: ModStatsDependencies) {
  const { db, temporal, clock } = dependencies
  const context = () => forAttempt(dependencies)
  return {
    openModStats: activity([runSchema], async (run) => {
      const opened = await openRecord(db, temporal, run)
      if (opened.skipped !== undefined) return opened
      await prepareModStats(context(), run)
      return opened
    }),

    collectModrinth: activity([batchInput], (input) => collectModrinthBatch(context(), input)),
    collectCurseForge: activity([batchInput], (input) => collectCurseForgeBatch(context(), input)),
    discoverModpacks: activity([batchInput], (input) => discoverModpacksBatch(context(), input)),
    refreshModpacks: activity([batchInput], (input) => refreshModpacksBatch(context(), input)),

    closeModStats: activity([runSchema, endingSchema], (run, ending) =>
      finishRun(db, { run, ending, at: clock() }, async () => {
        if (ending.counts['modpacks'] !== undefined) await exportModpacks(context())
        await pruneRawPayloads(db, dependencies.rawPayloadCaps, clock())
      }),
    ),
  }
}

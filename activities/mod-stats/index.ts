/** The activities of mod-stats. Each is one source's fetch, validate and write; rows never travel through history. */
import { syncMods } from '../../db/queries/mod-stats/mods.ts'
import { pruneRawPayloads } from '../../db/queries/raw-payloads.ts'
import { rowsOfRun } from '../../db/queries/rows-of-run.ts'
import { lacking } from '../../core/run-outcome.ts'
import type { Run } from '../../core/run.ts'
import { activity, type CallsOf } from '../checked-activity.ts'
import { forAttempt } from '../dependencies.ts'
import { endingSchema } from '../run-input.ts'
import { finishRun, openOrContinue } from '../run-record.ts'
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
  const { db, clock } = dependencies
  const context = () => forAttempt(dependencies)
  return {
    openModStats: activity([runSchema], (run) =>
      openOrContinue(dependencies, run, () => prepareModStats(dependencies, run)),
    ),

    collectModrinth: activity([batchInput], (input) => collectModrinthBatch(context(), input)),
    collectCurseForge: activity([batchInput], (input) => collectCurseForgeBatch(context(), input)),
    discoverModpacks: activity([batchInput], (input) => discoverModpacksBatch(context(), input)),
    refreshModpacks: activity([batchInput], (input) => refreshModpacksBatch(context(), input)),

    closeModStats: activity([runSchema, endingSchema], (run, ending) =>
      finishRun(db, { run, ending, at: clock() }, async () => {
        const { modpacks } = ending.counts
        const why = modpacks === undefined ? [] : await exportModpacks(context())
        await pruneRawPayloads(db, dependencies.rawPayloadCaps, clock())
        if (modpacks === undefined) return ending
        // Counts all attempts of every batch: what an earlier one has stored is not requested again.
        const written = await rowsOfRun(db, run.runId, ['modpacks', 'modpack_stats'])
        const counts = { ...ending.counts, modpacks: { ...modpacks, written } }
        return lacking({ ...ending, counts }, 'modpacks', why)
      }),
    ),
  }
}

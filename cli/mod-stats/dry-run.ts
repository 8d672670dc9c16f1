/** A dry run of mod-stats: every batch of every source. */
import { createModStatsActivities, prepareModStats } from '../../activities/mod-stats/index.ts'
import { NOTHING } from '../../core/run-outcome.ts'
import type { DryRun } from '../cli-part.ts'

export async function dryRun(dry: DryRun<'mod-stats'>): Promise<undefined> {
  const { run, params, config, dependencies } = dry
  if (params.derive) {
    await dry.source('modpacks', () => Promise.resolve(NOTHING))
    return
  }
  const activities = createModStatsActivities(dependencies)
  // Known modpacks are read from the real folder.
  await dry.call(() => prepareModStats({ ...dependencies, dataDir: config.dataDir }, run))
  await dry.batches('modrinth', (after) => activities.collectModrinth({ run, after }))
  await dry.batches('curseforge', (after) => activities.collectCurseForge({ run, after }))
  await dry.batches('modpacks', (after) => activities.discoverModpacks({ run, after }))
  await dry.batches('modpacks', (after) => activities.refreshModpacks({ run, after }))
}

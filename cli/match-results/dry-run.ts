/** A dry run of match-results: one poll. */
import { createMatchResultsActivities } from '../../activities/match-results/index.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { DryRun } from '../cli-part.ts'

export async function dryRun(dry: DryRun<'match-results'>): Promise<undefined> {
  const { run, params, dependencies } = dry
  const activities = createMatchResultsActivities(dependencies)
  let results: SourceCounts | undefined
  await dry.source('feed', async () => {
    const collected = await activities.collectMatches({ run, derive: params.derive ?? false })
    results = collected.results
    return collected.counts
  })
  const asked = results
  if (asked !== undefined) await dry.source('results', () => Promise.resolve(asked))
}

/** What the activities of mod-stats take and return, and what their files get to work with. */
import type { Run } from '../../core/run.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { CurseForge } from '../../upstreams/curseforge/curseforge.ts'
import type { CurseForgeDependents } from '../../upstreams/curseforge/curseforge-dependents.ts'
import type { Modrinth } from '../../upstreams/modrinth.ts'
import type { Attempt, DependenciesFor } from '../dependencies.ts'

/** What a batch step takes: the run, and the cursor that the batch before answered (0 for the first). */
export interface BatchInput {
  run: Run
  after: number
}

/** The clients that the activities of mod-stats get. */
export interface ModStatsClients {
  modrinth: Modrinth
  /** Undefined without `CURSEFORGE_API_KEY`. */
  curseforge: CurseForge | undefined
  dependents: CurseForgeDependents
}

export type ModStatsDependencies = DependenciesFor<'mod-stats', ModStatsClients>

/** What the files of the activities get: the dependencies, and how this attempt waits and ends. */
export type ActivityContext = ModStatsDependencies & Attempt

/** The UTC date that a run's snapshot rows carry: that of its start, also when a retry comes after midnight. */
export function snapshotDate(run: Run): string {
  return run.startedAt.slice(0, 10)
}

/** One batch of a source. */
export interface Batch {
  counts: SourceCounts
  /** Mods or modpacks (pages, while looking for new ones) that this batch did, and that are left for later ones. */
  done: number
  left: number
  /** Cursor of the next batch; null after the last. */
  next: number | null
}

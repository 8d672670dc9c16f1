/** Result, clients and context of the activities of mod-stats. */
import type { Run } from '../../core/run.ts'
import type { SourceCounts } from '../../core/run-outcome.ts'
import type { CurseForge } from '../../upstreams/curseforge/curseforge.ts'
import type { CurseForgeDependents } from '../../upstreams/curseforge/curseforge-dependents.ts'
import type { Modrinth } from '../../upstreams/modrinth.ts'
import type { Attempt, DependenciesFor } from '../dependencies.ts'

/** The clients of the activities of mod-stats. */
export interface ModStatsClients {
  modrinth: Modrinth
  /** Undefined without `CURSEFORGE_API_KEY`. */
  curseforge: CurseForge | undefined
  dependents: CurseForgeDependents
}

export type ModStatsDependencies = DependenciesFor<'mod-stats', ModStatsClients>

/** Context of the activities' files: the dependencies, and the attempt's cancellation and retry budget. */
export type ActivityContext = ModStatsDependencies & Attempt

/** The UTC date of a run's snapshot rows: that of its start, even if a retry comes after midnight. */
export function snapshotDate(run: Run): string {
  return run.startedAt.slice(0, 10)
}

/** One batch of a source. */
export interface Batch {
  counts: SourceCounts
  /** Mods or modpacks (pages, when discovering new ones) that this batch did, and that are left for later ones. */
  done: number
  left: number
  /** Cursor of the next batch; null after the last. */
  next: number | null
}

/** Figures of a run over all of its sources. */
import type { Run } from './shapes.ts'

/** Rows of all sources; null before the first one has ended. */
export function sumOf({ counts }: Pick<Run, 'counts'>, of: 'written' | 'rejected'): number | null {
  const sources = Object.values(counts)
  return sources.length === 0 ? null : sources.reduce((sum, source) => sum + source[of], 0)
}

/** How long it took, in seconds; null while it runs. */
export const secondsOf = ({
  started_at,
  finished_at,
}: Pick<Run, 'started_at' | 'finished_at'>): number | null =>
  finished_at === null ? null : Math.max(0, Date.parse(finished_at) - Date.parse(started_at)) / 1_000

/** The first thing that was not as it should be; null if there is none. */
export const reasonOf = ({ error, counts }: Pick<Run, 'error' | 'counts'>): string | null =>
  error ?? Object.values(counts).flatMap(({ why }) => why)[0] ?? null

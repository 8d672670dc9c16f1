/** What the list of runs asks for, and the figures of a run over all of its sources. */
import type { Parameters } from '../../api.ts'
import type { Format } from '../../format.ts'
import type { Run } from './shapes.ts'

/** Runs of each pipeline, as the command lists them. */
export const OF_EACH = 5

/** What is asked for: without a filter the newest of each pipeline, since one that runs every minute would hide the others. */
export const listOf = (filter: Parameters): Parameters =>
  filter['pipeline'] === undefined && filter['outcome'] === undefined ? { ...filter, each: OF_EACH } : filter

const MINUTE_S = 60

/** When a run began; to the second if it took less than a minute, since another may have begun in the same one. */
export function startOf(
  format: Pick<Format, 'clock' | 'second'>,
  run: Pick<Run, 'started_at' | 'finished_at'>,
): string {
  const seconds = secondsOf(run)
  return seconds !== null && seconds < MINUTE_S ? format.second(run.started_at) : format.clock(run.started_at)
}

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

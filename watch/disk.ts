/** When a disk will be full, by how its free space went down. */
import { DAY_MS, HOUR_MS } from '../core/durations.ts'

export interface FreeSpace {
  at: number
  freeBytes: number
}

/** One sample an hour shows the growth of a day. */
const SAMPLE_MS = HOUR_MS
/** Days over which the growth is measured: a backup or an upgrade fills a disk for an hour. */
const MEASURED_MS = 3 * DAY_MS
/** Less says nothing of a day. */
const LEAST_MS = 12 * HOUR_MS

/** Returns the samples with this one, if an hour has passed since the newest; those too old to count are dropped. */
export function withSample(samples: readonly FreeSpace[], sample: FreeSpace): FreeSpace[] {
  const newest = samples.at(-1)
  if (newest !== undefined && sample.at - newest.at < SAMPLE_MS) return [...samples]
  return [...samples.filter(({ at }) => sample.at - at <= MEASURED_MS), sample]
}

/** Returns when the disk is full if it goes on as in the last days; undefined if it does not fill, or nobody knows yet. */
export function fullAt(samples: readonly FreeSpace[], now: number): number | undefined {
  const [first] = samples
  const last = samples.at(-1)
  if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return undefined
  const perMs = slope(samples)
  return perMs < 0 ? now + last.freeBytes / -perMs : undefined
}

/** Bytes a millisecond by least squares: one odd sample does not decide. */
function slope(samples: readonly FreeSpace[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const at = mean(samples.map((one) => one.at))
  const free = mean(samples.map(({ freeBytes }) => freeBytes))
  const spread = samples.reduce((sum, one) => sum + (one.at - at) ** 2, 0)
  return samples.reduce((sum, one) => sum + (one.at - at) * (one.freeBytes - free), 0) / spread
}

/** Judges what a platform reports of a day's mods and versions against what was stored of them last. */
import type { ChangeRule } from '../../core/plausibility.ts'
import type { Database } from '../../db/database.ts'
import { believedDays, believedDownloads, type DailyMeasure } from '../../db/queries/mod-stats/believed.ts'
import { judgeFor, storable, type Judge } from '../doubts.ts'

/**
 * Totals only rise; a tenth is left for downloads that a platform takes back. Few mods have a hundred million downloads
 * in their whole life: a rise beyond that, tenfold, comes from a broken counter.
 */
export const TOTAL: ChangeRule = { fall: 0.1, rise: { times: 10, above: 100_000_000 } }
/** People leave, but not half of them at once; no mod has ten million followers. */
const PEOPLE: ChangeRule = { fall: 0.5, judgedFrom: 10, rise: { times: 10, above: 10_000_000 } }
/** An author may remove old versions; a list that empties, or keeps less than a quarter, is a bad answer. */
const LIST: ChangeRule = { fall: 0.75 }

/** By column. */
const RULES = {
  total_downloads: TOTAL,
  followers: PEOPLE,
  thumbs_up: PEOPLE,
  versions_count: LIST,
  downloads: TOTAL,
} as const

export interface JudgedDay extends Pick<Judge<keyof typeof RULES>, 'rejected' | 'why'> {
  /** The value of a mod's day to store: `now` if it is believed, else what the day holds already. */
  valueOf: (mod: { id: number; slug: string }, measure: DailyMeasure, now: number | null) => number | null
  /** Whether the downloads of a version are believed. */
  believesVersion: (version: { id: string; name: string; downloads: number }) => boolean
}

/** Without its database a run has nothing to compare with: what it fetches goes to the spool unjudged. */
export const unjudgedDay: JudgedDay = {
  rejected: () => [],
  why: () => [],
  valueOf: (_mod, _measure, now) => now,
  believesVersion: () => true,
}

/** Reads what was stored last of these mods, before anything is fetched: fetched rows must not wait for the database. */
export async function judgedDay(
  db: Database,
  platform: string,
  date: string,
  mods: readonly { id: number }[],
): Promise<JudgedDay> {
  const modIds = mods.map(({ id }) => id)
  const days = await believedDays(db, platform, date, modIds)
  const versions = await believedDownloads(db, platform, date, modIds)
  const judge = await judgeFor(db, RULES, { source: platform, date })
  return {
    rejected: judge.rejected,
    why: judge.why,
    valueOf: ({ id, slug }, measure, now) => {
      const before = days.get(id)?.[measure]
      return storable(judge, { measure, of: String(id), name: slug, before, now }, date)
    },
    believesVersion: ({ id: of, name, downloads: now }) =>
      judge.believes({ measure: 'downloads', of, name, before: versions.get(of), now }),
  }
}

/** Judges what a platform reports of a day's mods and versions against what was stored of them last. */
import type { Database } from '../../db/database.ts'
import { believedDays, believedDownloads, type DailyMeasure } from '../../db/queries/mod-stats/believed.ts'
import { DAILY_RULES, DOWNLOADS_RULES } from '../../db/schema/mod-stats.ts'
import { judgeFor, storable, type Judge } from '../doubts.ts'

const RULES = { ...DAILY_RULES, ...DOWNLOADS_RULES }

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

/** Judges what a platform reports of a day's mods and versions against what was stored of them last. */
import * as z from 'zod'
import { keepKnown, lastKnown } from '../../db/last-known.ts'
import { believedDays, believedDownloads, type DailyMeasure } from '../../db/queries/mod-stats/believed.ts'
import { DAILY_RULES, DOWNLOADS_RULES } from '../../db/schema/mod-stats.ts'
import { judgeFor, storable, type Judge } from '../doubts.ts'
import type { ActivityContext } from './activity-context.ts'

const RULES = { ...DAILY_RULES, ...DOWNLOADS_RULES }

const believed = z.object({ value: z.number(), date: z.string() })
const believedDay = z.object({
  total_downloads: believed.nullable(),
  followers: believed.nullable(),
  thumbs_up: believed.nullable(),
  versions_count: believed.nullable(),
})
/** What was stored last, by our number of the mod and by the id of the version. */
const storedLast = z.object({
  days: z.record(z.string(), believedDay),
  versions: z.record(z.string(), believed),
})

export interface JudgedDay extends Pick<Judge<keyof typeof RULES>, 'rejected' | 'why'> {
  /** The value of a mod's day to store: `now` if it is believed, else what the day holds already. */
  valueOf: (mod: { id: number; slug: string }, measure: DailyMeasure, now: number | null) => number | null
  /** Whether the downloads of a version are believed. */
  believesVersion: (version: { id: string; name: string; downloads: number }) => boolean
  /** Keeps what was believed, once it is stored or spooled, for a day without the database. */
  keep: () => void
}

/** One batch of a platform's mods on a UTC day. */
interface BatchOfDay {
  platform: string
  date: string
  /** Cursor of the batch. */
  after: number
  mods: readonly { id: number }[]
}

/**
 * Reads what was stored last of these mods, before anything is fetched: fetched rows must not wait for the database.
 * Without it, what the worker believed last stands in: only a value that it never saw is then stored unjudged.
 */
export async function judgedDay(
  { db, retryBudget }: Pick<ActivityContext, 'db' | 'retryBudget'>,
  { platform, date, after, mods }: BatchOfDay,
): Promise<JudgedDay> {
  const modIds = mods.map(({ id }) => id)
  const name = `${platform}-stored-${after}`
  const stored = await lastKnown(db, retryBudget, {
    name,
    schema: storedLast,
    query: async () => ({
      days: Object.fromEntries(await believedDays(db, platform, date, modIds)),
      versions: Object.fromEntries(await believedDownloads(db, platform, date, modIds)),
    }),
    unknown: { days: {}, versions: {} },
  })
  const days = new Map(Object.entries(stored.days))
  const versions = new Map(Object.entries(stored.versions))
  const judge = await judgeFor({ db, retryBudget }, RULES, { source: platform, date })
  return {
    rejected: judge.rejected,
    why: judge.why,
    valueOf: ({ id, slug }, measure, now) => {
      const day = days.get(String(id)) ?? NEVER
      const of = { measure, of: String(id), name: slug, before: day[measure], now }
      const value = storable(judge, of, date)
      if (value !== null) days.set(String(id), { ...day, [measure]: { value, date } })
      return value
    },
    believesVersion: ({ id: of, name: version, downloads: now }) => {
      const before = versions.get(of)
      const isBelieved = judge.believes({ measure: 'downloads', of, name: version, before, now })
      if (isBelieved) versions.set(of, { value: now, date })
      return isBelieved
    },
    keep: () => {
      keepKnown(db, name, { days: Object.fromEntries(days), versions: Object.fromEntries(versions) })
    },
  }
}

const NEVER = { total_downloads: null, followers: null, thumbs_up: null, versions_count: null }

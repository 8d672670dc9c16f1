/** Tables of mod-stats: the documented names and columns, plus the mod, the observation time and the run. */
import {
  bigint,
  bigserial,
  boolean,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core'
import type { ChangeRule } from '../../core/plausibility.ts'
import {
  type ChecksOfTables,
  keptGroups,
  keptTotal,
  past,
  pastDay,
  range,
  usualCount,
} from '../data-check.ts'
import type { KeptTables } from '../kept.ts'
import { writable } from '../writable.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
const count = (name: string) => bigint(name, { mode: 'number' })

/**
 * Totals only rise; a tenth is left for downloads that a platform takes back. Few mods have a hundred million downloads
 * in their whole life: a rise beyond that, tenfold, comes from a broken counter.
 */
const TOTAL: ChangeRule = { fall: 0.1, rise: { times: 10, above: 100_000_000 } }
/** People leave, but not half of them at once; no mod has ten million followers. */
const PEOPLE: ChangeRule = { fall: 0.5, judgedFrom: 10, rise: { times: 10, above: 10_000_000 } }
/** An author may remove old versions; a list that empties, or keeps less than a quarter, is a bad answer. */
const LIST: ChangeRule = { fall: 0.75 }

/** By which changes of these columns are believed. */
export const DAILY_RULES = {
  total_downloads: TOTAL,
  followers: PEOPLE,
  thumbs_up: PEOPLE,
  versions_count: LIST,
} as const
export const DOWNLOADS_RULES = { downloads: TOTAL } as const

/** Every mod ever tracked; a mod taken out of `almanac.yaml` stays with `tracked` false. */
export const mods = pgTable('mods', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  name: text(),
  /** Slug or id as written in `almanac.yaml`; slugs can change, so the id found for it is kept beside it. */
  modrinth: text().unique(),
  modrinthId: text('modrinth_id').unique(),
  /** The slug that Modrinth gave last. */
  modrinthSlug: text('modrinth_slug'),
  curseforgeId: count('curseforge_id').unique(),
  curseforgeSlug: text('curseforge_slug'),
  tracked: boolean().notNull(),
  /** Page of the list of dependents with which the next run goes on; 1 after the end of the list. */
  dependentsPage: integer('dependents_page').notNull().default(1),
  dependentsReadAt: moment('dependents_read_at'),
  createdAt: moment('created_at').notNull().defaultNow(),
})

const modId = () =>
  integer('mod_id')
    .notNull()
    .references(() => mods.id)

/**
 * One row a UTC day, platform and mod. Totals of CurseForge are `downloadCount`; it has no followers. A value is null if
 * the platform gave none on that day that can be read and believed.
 */
export const dailyStats = pgTable(
  'daily_stats',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    date: date({ mode: 'string' }).notNull(),
    platform: text().notNull(),
    totalDownloads: count('total_downloads'),
    followers: count('followers'),
    versionsCount: integer('versions_count'),
    thumbsUp: count('thumbs_up'),
    modId: modId(),
    createdAt: moment('created_at').notNull().defaultNow(),
    observedAt: moment('observed_at').notNull(),
    runId: text('run_id').notNull(),
  },
  (table) => [
    unique('daily_stats_key').on(table.date, table.platform, table.modId),
    index('idx_daily_stats_date').on(table.date.desc()),
    index('idx_daily_stats_mod').on(table.modId, table.platform, table.date.desc()),
  ],
)

/** One row a UTC day and version (Modrinth) or file (CurseForge). */
export const versionStats = pgTable(
  'version_stats',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    date: date({ mode: 'string' }).notNull(),
    platform: text().notNull(),
    /** Modrinth version id or CurseForge file id: names and numbers repeat across loaders. */
    versionId: text('version_id').notNull(),
    versionName: text('version_name').notNull(),
    versionNumber: text('version_number'),
    downloads: count('downloads').notNull(),
    datePublished: moment('date_published'),
    modId: modId(),
    createdAt: moment('created_at').notNull().defaultNow(),
    observedAt: moment('observed_at').notNull(),
    runId: text('run_id').notNull(),
  },
  (table) => [
    unique('version_stats_key').on(table.date, table.platform, table.versionId),
    index('idx_version_stats_mod').on(table.modId, table.platform, table.date.desc()),
  ],
)

/** One row a UTC day, mod and modpack that contains it. */
export const modpackStats = pgTable(
  'modpack_stats',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    date: date({ mode: 'string' }).notNull(),
    platform: text().notNull(),
    modpackName: text('modpack_name').notNull(),
    modpackSlug: text('modpack_slug').notNull(),
    downloads: count('downloads').notNull(),
    followers: count('followers'),
    modId: modId(),
    createdAt: moment('created_at').notNull().defaultNow(),
    observedAt: moment('observed_at').notNull(),
    runId: text('run_id').notNull(),
  },
  (table) => [
    unique('modpack_stats_key').on(table.date, table.platform, table.modId, table.modpackSlug),
    index('idx_modpack_stats_slug').on(table.platform, table.modpackSlug, table.date.desc()),
  ],
)

/** Every modpack ever seen with a mod. A failed answer never removes one; `last_seen` says when it last answered. */
export const modpacks = pgTable(
  'modpacks',
  {
    modId: modId(),
    slug: text().notNull(),
    /** Null until the API knew the slug. */
    curseforgeId: count('curseforge_id'),
    name: text().notNull(),
    link: text(),
    downloads: count('downloads'),
    firstSeen: moment('first_seen').notNull().defaultNow(),
    lastSeen: moment('last_seen'),
    observedAt: moment('observed_at').notNull(),
    runId: text('run_id').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.modId, table.slug] }),
    index('idx_modpacks_curseforge_id').on(table.curseforgeId),
  ],
)

/** What the writer takes, by SQL name, with the natural key of each. Names are stable: spooled calls refer to them. */
export const modStatsTables = {
  daily_stats: writable(dailyStats, ['date', 'platform', 'modId'], { numbers: DAILY_RULES }),
  version_stats: writable(versionStats, ['date', 'platform', 'versionId'], {
    numbers: { ...DOWNLOADS_RULES, mod_id: 'our own number of the mod' },
  }),
  modpack_stats: writable(modpackStats, ['date', 'platform', 'modId', 'modpackSlug'], {
    numbers: { ...DOWNLOADS_RULES, followers: 'CurseForge has none' },
  }),
  modpacks: writable(modpacks, ['modId', 'slug'], {
    times: ['lastSeen'],
    numbers: { ...DOWNLOADS_RULES, curseforge_id: 'an id' },
  }),
}

/** How each grows, and whether old rows may be removed. */
export const modStatsKept: KeptTables = {
  mods: { grows: 'a row for each mod that was ever listed' },
  daily_stats: { grows: 'a row a day, platform and mod', age: 'date' },
  version_stats: { grows: 'a row a day and version of a mod', age: 'date' },
  modpack_stats: { grows: 'a row a day, mod and modpack', age: 'date' },
  modpacks: { grows: 'a row for each modpack that was ever found' },
}

const OF_MOD = "platform || ' ' || coalesce((select name from mods where id = mod_id), 'mod ' || mod_id)"
const newestDay = (table: string, what: string) => ({
  of: what,
  newest: `date = (select max(date) from ${table})`,
})
/** A mod that was taken out of almanac.yaml is missed by nobody. */
const OF_PLATFORM = {
  day: 'date',
  of: 'platform',
  where: 'mod_id in (select id from mods where tracked)',
}
const OF_DAY = newestDay('daily_stats', OF_MOD)
const OF_VERSION = newestDay('version_stats', `${OF_MOD} || ' ' || version_name`)
const OF_MODPACK = newestDay('modpack_stats', "platform || ' ' || modpack_name")

/** What must hold of their rows. */
export const modStatsChecks: ChecksOfTables = {
  daily_stats: [
    pastDay(OF_DAY, 'date'),
    ...(['total_downloads', 'followers', 'versions_count', 'thumbs_up'] as const).map((column) =>
      range(OF_DAY, column, 0),
    ),
    usualCount(OF_PLATFORM),
    keptTotal(OF_PLATFORM, 'total_downloads', ['platform', 'mod_id']),
  ],
  version_stats: [
    pastDay(OF_VERSION, 'date'),
    range(OF_VERSION, 'downloads', 0),
    usualCount(OF_PLATFORM),
    keptGroups(
      OF_PLATFORM,
      'exists (select from daily_stats where date = newest.day and platform = gone.of)',
    ),
    keptTotal(OF_PLATFORM, 'downloads', ['platform', 'version_id']),
  ],
  modpack_stats: [
    pastDay(OF_MODPACK, 'date'),
    range(OF_MODPACK, 'downloads', 0),
    usualCount(OF_PLATFORM),
    keptTotal(OF_PLATFORM, 'downloads', ['platform', 'mod_id', 'modpack_slug']),
  ],
  modpacks: [past({ of: 'name', newest: 'true' }, 'last_seen')],
}

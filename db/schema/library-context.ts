/** Tables of library-context: what the catalogues name, the libraries, their places night by night, their contexts. */
import { sql } from 'drizzle-orm'
import {
  bigint,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { ChangeRule } from '../../core/plausibility.ts'
import { ofPresentLibraries, presentLibraries } from '../queries/library-context/present-libraries.ts'
import { type ChecksOfTables, keptGroups, past, pastDay, range, usualCount } from '../data-check.ts'
import type { KeptTables } from '../kept.ts'
import { writable } from '../writable.ts'

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
const observed = () => ({ observedAt: moment('observed_at').notNull(), runId: text('run_id').notNull() })

/** Real lists lose and win stars by a few; a library that loses half of them at once is a wrong answer. */
export const STARS_RULES: Record<'stars', ChangeRule> = {
  stars: { fall: 0.5, judgedFrom: 10, rise: { times: 10, above: 1_000_000 } },
}

/** Measures of a text, and why it was refused, if it was. */
export interface StoredVerdict {
  engine: string
  mode: string | null
  passed: boolean
  reasons: string[]
  measures: Record<string, number>
}

/** Every repository that a domain's source ever named and its keywords accepted. */
export const libraryCatalogue = pgTable(
  'library_catalogue',
  {
    domain: text().notNull(),
    /** `owner/name` in lower case, as the source names it: an old name of a renamed repository stays one. */
    named: text().notNull(),
    /** As the source writes it. */
    name: text().notNull(),
    /** `ascl`, `list`, `search` or `always`. */
    source: text().notNull(),
    /** ASCL's id of a record that names it, such as 1303.002. */
    asclId: text('ascl_id'),
    /** Start of the last run in which the source named it. */
    seenAt: moment('seen_at').notNull(),
    ...observed(),
  },
  (table) => [
    primaryKey({ columns: [table.domain, table.named] }),
    index('idx_library_catalogue_seen').on(table.domain, table.seenAt.desc()),
  ],
)

/** One row per repository, whatever its names: a rename moves the row, and what belongs to it. */
export const libraries = pgTable(
  'libraries',
  {
    /** `owner/name` in lower case. */
    library: text().primaryKey(),
    /** As GitHub shows it. */
    name: text().notNull(),
    /** GitHub's number, which survives renames; null until it was asked (an imported list names none). */
    githubId: bigint('github_id', { mode: 'number' }),
    stars: integer(),
    /** `present`, `archived`, `gone` (deleted or private), `blocked` (451), `unknown` (asked without an answer). */
    state: text().notNull(),
    reason: text(),
    pushedAt: moment('pushed_at'),
    sizeKb: integer('size_kb'),
    /** When GitHub last reported it. */
    askedAt: moment('asked_at'),
    firstSeen: moment('first_seen').notNull().defaultNow(),
    ...observed(),
  },
  (table) => [uniqueIndex('libraries_github_id').on(table.githubId)],
)

const library = () =>
  text()
    .notNull()
    .references(() => libraries.library, { onUpdate: 'cascade', onDelete: 'cascade' })

/** Every name that GitHub was asked by, and its library: an old name of a renamed repository leads to it. */
export const libraryNames = pgTable('library_names', {
  /** `owner/name` in lower case, as asked. */
  named: text().primaryKey(),
  library: library(),
  ...observed(),
})

/** The list of a domain, night by night: rank and stars over time. */
export const librarySnapshots = pgTable(
  'library_snapshots',
  {
    /** UTC date on which the run started. */
    date: date({ mode: 'string' }).notNull(),
    domain: text().notNull(),
    library: library(),
    /** Null in the first night without it: it left the list. */
    rank: integer(),
    stars: integer(),
    ...observed(),
  },
  (table) => [
    primaryKey({ columns: [table.date, table.domain, table.library] }),
    index('idx_library_snapshots_library').on(table.library, table.date.desc()),
    index('idx_library_snapshots_newest').on(table.domain, table.date.desc()),
  ],
)

/** The newest context of a library that passed the gate. The file is rendered from it. */
export const libraryContexts = pgTable(
  'library_contexts',
  {
    library: library().primaryKey(),
    /** Name of the file, `{owner}__{name}-context.txt`. */
    file: text().notNull(),
    markdown: text().notNull(),
    /** SHA-256 of the text, hexadecimal. */
    hash: text().notNull(),
    bytes: integer().notNull(),
    /** Characters / 4. */
    tokens: integer().notNull(),
    /** Paths that the size budget left out. */
    leftOut: integer('left_out').notNull(),
    /** The commit that was read; null for an imported context. */
    commit: text(),
    /** `contextmaker`, `static` or `imported`. */
    engine: text().notNull(),
    /** Of contextmaker: `safe`, `native` or `strip`. */
    mode: text(),
    engineVersion: text('engine_version'),
    /** What the gate measured of the engine's text. */
    measures: jsonb().$type<Record<string, number>>().notNull(),
    madeAt: moment('made_at').notNull(),
    /** Since when its library is in no list; null while it is in one. */
    leftAt: moment('left_at'),
    ...observed(),
  },
  (table) => [uniqueIndex('library_contexts_file').on(sql`lower(${table.file})`)],
)

/** The last attempt at a library's context, and when the next one is due if it failed. */
export const libraryAttempts = pgTable('library_attempts', {
  library: library().primaryKey(),
  /** Why it was tried: `new`, `changed`, `failed before`, `forced`, `contextmaker works again`. */
  why: text().notNull(),
  /** `made`, `title-only` (no engine passed the gate) or `failed`. */
  outcome: text().notNull(),
  /** Failure name and sentence, or what the gate found; null if a context was made. */
  reason: text(),
  /** The verdict on each engine's text, in the order in which they were tried. */
  verdicts: jsonb().$type<StoredVerdict[]>().notNull(),
  /** Failures in a row of a kind that another night does not fix by itself. */
  failures: integer().notNull(),
  /** Null: at the next run. */
  nextTryAt: moment('next_try_at'),
  commit: text(),
  cloneBytes: bigint('clone_bytes', { mode: 'number' }),
  seconds: real().notNull(),
  triedAt: moment('tried_at').notNull(),
  ...observed(),
})

/** What the writer takes, by SQL name, with the natural key of each. Names are stable: spooled calls refer to them. */
export const libraryContextTables = {
  library_catalogue: writable(libraryCatalogue, ['domain', 'named'], { times: ['seenAt'] }),
  libraries: writable(libraries, ['library'], {
    times: ['askedAt'],
    numbers: {
      ...STARS_RULES,
      github_id: 'an id',
      size_kb: 'read by nothing: clones have a limit of their own',
    },
    resolve: presentLibraries,
  }),
  library_names: writable(libraryNames, ['named'], { resolve: ofPresentLibraries }),
  library_snapshots: writable(librarySnapshots, ['date', 'domain', 'library'], {
    numbers: 'stars of libraries, judged there',
    resolve: ofPresentLibraries,
  }),
  library_contexts: writable(libraryContexts, ['library'], {
    times: ['madeAt'],
    numbers: 'our own measures of the text',
    resolve: ofPresentLibraries,
  }),
  library_attempts: writable(libraryAttempts, ['library'], {
    numbers: 'our own measures of the attempt',
    resolve: ofPresentLibraries,
  }),
}

/** How each grows, and whether old rows may be removed. */
export const libraryContextKept: KeptTables = {
  library_catalogue: { grows: 'a row for each repository that a source ever named' },
  libraries: { grows: 'a row for each repository that was ever listed' },
  library_names: { grows: 'a row for each name that a repository ever had' },
  library_snapshots: { grows: 'a row a night and library of a list', age: 'date' },
  library_contexts: { grows: 'a text a library; it goes keep_left_days after its library left every list' },
  library_attempts: { grows: 'a row a library: the last attempt' },
}

const LIBRARIES = { of: 'library', newest: 'true' }
const PLACES = {
  of: "domain || ' ' || library",
  newest: 'date = (select max(date) from library_snapshots)',
}

const LISTS = { day: 'date', of: 'domain', where: 'rank is not null' }
/** The source of the domain named something in a run of that day or later. */
const COLLECTED = `exists (select from library_catalogue where domain = gone.of
  and seen_at >= newest.day::timestamp at time zone 'UTC')`

/** What must hold of their rows: a list has some hundred libraries, so all of them are looked at. */
export const libraryContextChecks: ChecksOfTables = {
  library_catalogue: [past({ of: "domain || ' ' || named", newest: 'true' }, 'seen_at')],
  libraries: [range(LIBRARIES, 'stars', 0), past(LIBRARIES, 'asked_at')],
  library_names: 'a name and the library that it leads to, which the database checks',
  library_snapshots: [
    pastDay(PLACES, 'date'),
    range(PLACES, 'rank', 1),
    range(PLACES, 'stars', 0),
    usualCount(LISTS),
    keptGroups(LISTS, COLLECTED),
  ],
  library_contexts: [range(LIBRARIES, 'bytes', 1), range(LIBRARIES, 'tokens', 1), past(LIBRARIES, 'made_at')],
  library_attempts: [range(LIBRARIES, 'seconds', 0), past(LIBRARIES, 'tried_at')],
}

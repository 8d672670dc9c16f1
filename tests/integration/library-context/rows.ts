/** Rows of library-context as a night writes them, for tests that read them. */
import type { Database } from '../../../db/database.ts'
import { writeRows } from '../../../db/write-rows.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import { createHash } from 'node:crypto'
import { contextFile } from '../../../activities/library-context/publish.ts'

const retryBudget = { ms: 0, signal: new AbortController().signal }

/** Two in the morning of a day in November 2026. */
export const night = (day: number) => new Date(Date.UTC(2026, 10, day, 2))

/** The run of that night. */
export const runOf = (day: number) => `run-${day}`

const write = (db: Database, day: number, rows: Parameters<typeof writeRows>[1]) =>
  writeRows(db, rows, { observedAt: night(day), runId: runOf(day), retryBudget })

/** Libraries by their names as shown; present, without a GitHub number by default. */
export async function storeLibraries(
  db: Database,
  names: readonly string[],
  own: Partial<WritableRows['libraries']> = {},
): Promise<void> {
  const libraries = names.map((name) => ({
    library: name.toLowerCase(),
    name,
    githubId: null,
    stars: 10,
    state: 'present',
    reason: null,
    pushedAt: null,
    sizeKb: null,
    askedAt: null,
    ...own,
  }))
  await write(db, 1, { libraries })
}

/** The list of a domain in one night, by rank; `left` are the names that are no longer in it. */
export async function storeList(
  db: Database,
  day: number,
  names: readonly string[],
  { domain = 'astronomy', left = [] }: { domain?: string; left?: string[] } = {},
): Promise<void> {
  const date = night(day).toISOString().slice(0, 10)
  const place = (name: string, rank: number | null) => ({
    date,
    domain,
    library: name.toLowerCase(),
    rank,
    stars: rank === null ? null : 100 - rank,
  })
  const library_snapshots = [
    ...names.map((name, index) => place(name, index + 1)),
    ...left.map((name) => place(name, null)),
  ]
  await write(db, day, { library_snapshots })
}

/** A context; by default made from the commit `c0ffee`. */
export async function storeContext(
  db: Database,
  name: string,
  markdown = `# ${name}\n`,
  own: Partial<WritableRows['library_contexts']> = {},
): Promise<void> {
  const row: WritableRows['library_contexts'] = {
    library: name.toLowerCase(),
    file: contextFile(name),
    markdown,
    hash: createHash('sha256').update(markdown).digest('hex'),
    bytes: Buffer.byteLength(markdown),
    tokens: 3,
    leftOut: 0,
    commit: 'c0ffee',
    engine: 'static',
    mode: null,
    engineVersion: null,
    measures: {},
    madeAt: night(1),
    leftAt: null,
    ...own,
  }
  await write(db, 1, { library_contexts: [row] })
}

/** An attempt of one night; made by default. */
export async function storeAttempt(
  db: Database,
  day: number,
  name: string,
  own: Partial<WritableRows['library_attempts']> = {},
): Promise<void> {
  const row: WritableRows['library_attempts'] = {
    library: name.toLowerCase(),
    why: 'new',
    outcome: 'made',
    reason: null,
    verdicts: [],
    failures: 0,
    nextTryAt: null,
    commit: 'c0ffee',
    cloneBytes: 1_000,
    seconds: 1,
    triedAt: night(day),
    ...own,
  }
  await write(db, day, { library_attempts: [row] })
}

/** A name that was requested from GitHub, and the library to which it led. */
export async function storeName(db: Database, day: number, named: string, library: string): Promise<void> {
  await write(db, day, { library_names: [{ named, library }] })
}

/** Names from a source for a domain in one night. */
export async function storeCandidates(
  db: Database,
  day: number,
  names: readonly string[],
  domain = 'astronomy',
): Promise<void> {
  const library_catalogue = names.map((name) => ({
    domain,
    named: name.toLowerCase(),
    name,
    source: 'ascl',
    asclId: null,
    seenAt: night(day),
  }))
  await write(db, day, { library_catalogue })
}

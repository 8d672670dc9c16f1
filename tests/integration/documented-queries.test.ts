/**
 * The SQL that the original documents print runs unchanged on our tables, and gives the documented results for their
 * one mod.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeRows } from '../../db/write-rows.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { SHARED } from '../support/shared-folder.ts'

const folder = new URL('docs/source-documents/', SHARED)
const documents = existsSync(folder) ? readdirSync(folder).filter((name) => /^[12]-.*\.md$/.test(name)) : []
const texts = documents.map((name) => readFileSync(new URL(name, folder), 'utf8'))
/** From SELECT to its semicolon: each is printed as the argument of `psql -c`. */
const queries = texts.flatMap((text) => text.match(/^\s*SELECT\b[^;]*;/gim) ?? [])

const DAYS = ['2026-03-05', '2026-03-06', '2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10']

/** Day n: Modrinth has 1000 + n downloads, 50 + n followers, 14 versions; CurseForge 2000 + n and 120 files. */
const ANSWERS: Record<string, string[][]> = {
  'date, platform, total_downloads, followers, versions_count': [
    ['2026-03-10', 'curseforge', '2005', 'null', '120'],
    ['2026-03-10', 'modrinth', '1005', '55', '14'],
    ['2026-03-09', 'curseforge', '2004', 'null', '120'],
    ['2026-03-09', 'modrinth', '1004', '54', '14'],
    ['2026-03-08', 'curseforge', '2003', 'null', '120'],
    ['2026-03-08', 'modrinth', '1003', '53', '14'],
    ['2026-03-07', 'curseforge', '2002', 'null', '120'],
    ['2026-03-07', 'modrinth', '1002', '52', '14'],
    ['2026-03-06', 'curseforge', '2001', 'null', '120'],
    ['2026-03-06', 'modrinth', '1001', '51', '14'],
  ],
  'platform, collectes, premiere_collecte, derniere_collecte': [
    ['curseforge', '6', '2026-03-05', '2026-03-10'],
    ['modrinth', '6', '2026-03-05', '2026-03-10'],
  ],
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  const [mod] = await database.select<{ id: number }>(
    sql`insert into mods (modrinth, curseforge_id, tracked) values ('createnuclear', 989797, true) returning id`,
  )
  const modId = mod?.id ?? 0
  for (const [n, date] of DAYS.entries()) {
    const modrinth = { platform: 'modrinth', totalDownloads: 1000 + n, followers: 50 + n, versionsCount: 14 }
    const curseforge = { platform: 'curseforge', totalDownloads: 2000 + n, thumbsUp: 3, versionsCount: 120 }
    const rows = [modrinth, curseforge].map((row) => ({ date, modId, ...row }))
    const retryBudget = { ms: 0, signal: new AbortController().signal }
    const observedAt = new Date(`${date}T10:00:00Z`)
    await writeRows(database.db, { daily_stats: rows }, { observedAt, runId: `run-${n}`, retryBudget })
  }
})
afterAll(async () => {
  await database.drop()
})

/** Columns and rows as psql shows them; rows of one date in the order of their platform, which the query leaves open. */
async function answer(text: string): Promise<{ columns: string; rows: string[][] }> {
  const types = { getTypeParser: () => String }
  const result = await database.pool.query<unknown[]>({ text, rowMode: 'array', types })
  const rows = result.rows.map((row) => row.map(String))
  const columns = result.fields.map(({ name }) => name)
  const [date, platform] = [columns.indexOf('date'), columns.indexOf('platform')]
  const inOrder = rows.toSorted(
    (a, b) =>
      (b[date] ?? '').localeCompare(a[date] ?? '') || (a[platform] ?? '').localeCompare(b[platform] ?? ''),
  )
  expect(inOrder.map((row) => row[date])).toEqual(rows.map((row) => row[date]))
  return { columns: columns.join(', '), rows: inOrder }
}

describe('the documented queries', () => {
  // The documents are beside the repository during development; elsewhere the comparison is skipped.
  const missing = documents.length === 0 && process.env['CI'] !== 'true'

  it.skipIf(missing)('finds all documented queries in the two documents', () => {
    expect(documents).toHaveLength(2)
    const printed = texts.reduce((sum, text) => sum + (text.match(/\bSELECT\b/gi)?.length ?? 0), 0)
    expect(queries).toHaveLength(printed)
    expect(queries).toHaveLength(Object.keys(ANSWERS).length)
  })

  it.skipIf(missing)('documented queries run unchanged and give the right results', async () => {
    const answers = await Promise.all(queries.map(answer))
    expect(Object.fromEntries(answers.map(({ columns, rows }) => [columns, rows]))).toEqual(ANSWERS)
  })
})

/** What a query returned last stands in for the database while it is unavailable, and never takes the run's own answer away. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { Failure } from '../../../core/failures.ts'
import type { Database } from '../../../db/database.ts'
import { lastKnown } from '../../../db/last-known.ts'
import { openSpool } from '../../../db/spool/spool.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'almanac-last-known-'))
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

const databaseOf = (folder: string) =>
  ({ spool: openSpool({ folder, capBytes: 1e6, warn: () => undefined }) }) as Database
const ask = (db: Database, query: () => Promise<number>, more: { unknown?: number } = {}) =>
  lastKnown(
    db,
    { ms: 0, signal: new AbortController().signal },
    { name: 'number', schema: z.number(), query, ...more },
  )
const away = () => Promise.reject(new Failure('DatabaseUnavailable', 'It does not respond.'))

describe('the last answer of a query', () => {
  it('stands in for the database while that is unavailable', async () => {
    const db = databaseOf(join(root, 'spool'))
    await expect(ask(db, away)).rejects.toMatchObject({ type: 'DatabaseUnavailable' })
    expect(await ask(db, () => Promise.resolve(7))).toBe(7)
    expect(await ask(db, away)).toBe(7)
  })

  it('may have something in its place before the first', async () => {
    const db = databaseOf(join(root, 'spool'))
    expect(await ask(db, away, { unknown: 0 })).toBe(0)
    await ask(db, () => Promise.resolve(7))
    expect(await ask(db, away, { unknown: 0 })).toBe(7)
  })

  it('is given to the run although it cannot be kept, and the database counts as available', async () => {
    // A file is in the place of the folder.
    writeFileSync(join(root, 'spool'), '')
    const db = databaseOf(join(root, 'spool'))
    expect(await ask(db, () => Promise.resolve(7))).toBe(7)
    expect(db.spool?.isDatabaseUnavailable).toBe(false)
  })
})

/** kill -9 at any moment of writing and of draining loses nothing that was acknowledged, and doubles nothing. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DRAIN_LOCK, segmentNames } from '../../../db/spool/folder.ts'
import { openSpool } from '../../../db/spool/spool.ts'
import { lockHolder } from '../../../local/file-lock.mjs'
import { packageRoot } from '../../../system/package-root.ts'
import { attemptDrain } from '../../../worker/drain.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { balance, killRounds } from '../../support/spool-kills.ts'
import { until } from '../../support/until.ts'

/** A round starts two processes, a second of CPU each; `npm run soak` does hundreds. */
const ROUNDS = Number(process.env['SPOOL_KILL_ROUNDS'] ?? 6)
const NO_SIGNAL = { signal: new AbortController().signal }

let database: TestDatabase
let parent: string
let folder: string
beforeEach(async () => {
  database = await createTestDatabase()
  parent = mkdtempSync(join(tmpdir(), 'almanac-kills-'))
  folder = join(parent, 'spool')
})
afterEach(async () => {
  await database.drop()
  rmSync(parent, { recursive: true, force: true })
})

describe('kill -9', () => {
  it(
    `kill -9 of writers and drains, ${ROUNDS} times at random moments, loses no acknowledged call and doubles none`,
    { tags: 'long' },
    async () => {
      const figures = await killRounds({ rounds: ROUNDS, folder, url: database.url })
      const { wrong, loaded, left, due } = await balance(database.db, folder, figures)
      expect(wrong).toEqual([])
      expect(left).toEqual([])
      expect(figures.acknowledged.length).toBeGreaterThanOrEqual(ROUNDS)
      expect(loaded).toBeGreaterThanOrEqual(figures.acknowledged.length)
      expect(figures.drained).toBeGreaterThan(0)
      expect(due).toEqual(['crypto-forecast'])
    },
  )
})

describe('two concurrent drains', () => {
  it('one of two concurrent drains works, and the other names it', async () => {
    const spool = openSpool({ folder, capBytes: 1e8, warn: () => undefined })
    for (let value = 0; value < 10; value++) {
      const rows = { fear_greed_index: [{ date: `2026-03-1${value}`, value, classification: 'Fear' }] }
      await spool.writeRows(rows, { observedAt: new Date(), runId: 'run-1' })
    }
    // The first is held up in the middle of its transaction.
    const client = await database.pool.connect()
    await client.query('begin; lock table fear_greed_index in access exclusive mode')
    const first = spawn(
      process.execPath,
      ['--import', 'tsx', 'tests/support/spool-process.ts', 'drain', folder, database.url],
      { cwd: packageRoot, stdio: ['pipe', 'ignore', 'inherit'] },
    )
    try {
      await until(() => lockHolder(join(folder, DRAIN_LOCK))?.pid === first.pid)
      const second = await attemptDrain(database.db, folder, { what: 'the second', ...NO_SIGNAL })
      expect(second).toMatchObject({
        kind: 'held',
        holder: { pid: first.pid, what: 'the drain of a worker' },
      })
      expect(segmentNames(folder)).toHaveLength(10)
      await client.query('rollback')
      await until(() => segmentNames(folder).length === 0)
    } finally {
      client.release(true)
      const ended = new Promise((resolve) => first.once('close', resolve))
      first.kill('SIGKILL')
      await ended
    }
    const { rows } = await database.pool.query('select value from fear_greed_index order by value')
    expect(rows).toEqual(Array.from({ length: 10 }, (_, value) => ({ value })))
    expect(await attemptDrain(database.db, folder, { what: 'the second', ...NO_SIGNAL })).toEqual({
      kind: 'empty',
    })
    expect(readdirSync(folder).filter((name) => name.endsWith('.segment'))).toEqual([])
  })
})

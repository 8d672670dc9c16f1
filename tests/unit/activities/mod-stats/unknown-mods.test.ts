/** A run whose database is unavailable before it has ever held the mods of almanac.yaml. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ActivityContext } from '../../../../activities/mod-stats/activity-context.ts'
import { collectCurseForgeBatch } from '../../../../activities/mod-stats/curseforge.ts'
import { collectModrinthBatch } from '../../../../activities/mod-stats/modrinth.ts'
import { openDatabase, type DatabaseHandle } from '../../../../db/database.ts'
import { openSpool } from '../../../../db/spool/spool.ts'
import { words } from '../../../support/ending-in-words.ts'

const run = {
  runId: 'run',
  workflowId: 'run',
  pipeline: 'mod-stats' as const,
  trigger: 'manual' as const,
  startedAt: '2026-11-20T00:00:00Z',
}

let folder: string
let handle: DatabaseHandle
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'almanac-unknown-mods-')), 'spool')
  const spool = openSpool({ folder, capBytes: 1e6, warn: () => undefined })
  // Nothing listens on this port.
  handle = openDatabase('postgres://nobody@127.0.0.1:1/nothing', () => undefined, { spool })
})
afterEach(async () => {
  await handle.close()
  rmSync(join(folder, '..'), { recursive: true })
})

const contextOf = (mods: object[]) =>
  ({
    db: handle.db,
    settings: { mods },
    // They must not be asked.
    modrinth: {},
    curseforge: {},
    retryBudget: { ms: 0, signal: new AbortController().signal },
  }) as unknown as ActivityContext

/** What the database said of each source's mods when it was last available: there were none. */
function knowNone(): void {
  mkdirSync(join(folder, 'known'), { recursive: true })
  for (const source of ['modrinth', 'curseforge'])
    writeFileSync(join(folder, 'known', `${source}-mods-0.json`), '[]')
}

describe.each([
  ['Modrinth', collectModrinthBatch, { modrinth: 'sodium' }],
  ['CurseForge', collectCurseForgeBatch, { curseforge: 7 }],
])('%s', (platform, collect, mod) => {
  const counts = async (mods: object[]) => (await collect(contextOf(mods), { run, after: 0 })).counts

  it('fails with the reason of the database if it was never available', async () => {
    await expect(counts([mod])).rejects.toMatchObject({ type: 'DatabaseUnavailable' })
  })

  it('fails and says that the mods are left to the next run if they are newer than what is known', async () => {
    knowNone()
    const { outcome, why } = await counts([mod])
    expect(outcome).toBe('failed')
    expect(words(why)).toEqual([
      `the mods of almanac.yaml with a ${platform} id are left to the next run: the database did not know them when it was last available`,
    ])
  })

  it('is skipped if almanac.yaml lists no mod of it', async () => {
    knowNone()
    expect(await counts([])).toMatchObject({ outcome: 'skipped', why: [{ code: 'no-mod-tracked' }] })
  })
})

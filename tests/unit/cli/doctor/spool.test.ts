/** What `almanac doctor` says of the spool. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkSpool } from '../../../../cli/doctor/machine.ts'
import { moveToDeadLetters, segmentNames } from '../../../../db/spool/folder.ts'
import { openSpool, spoolFolder } from '../../../../db/spool/spool.ts'
import { environmentSchema } from '../../../../config/environment.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'almanac-doctor-spool-'))
})
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true })
})

const checked = () => checkSpool({ dataDir, env: environmentSchema.parse({}) })
const spoolOne = () =>
  openSpool({ folder: spoolFolder(dataDir), capBytes: 1e6, warn: () => undefined }).writeRows(
    {},
    { observedAt: new Date(), runId: 'run-1', rejected: [{ source: 'a', reason: 'b', row: 1 }] },
  )

describe('a spool', () => {
  it('does not mention an empty spool', () => {
    expect(checked()).toEqual([])
  })

  it('warns of waiting segments, with the command that loads them', async () => {
    await spoolOne()
    await spoolOne()
    const [check] = checked()
    expect(check).toMatchObject({ name: 'spool', state: 'warn' })
    expect(check?.found).toBe('2 segments wait for the database; 0 % of SPOOL_MB')
    expect(check?.remedy).toContain('"./almanac spool drain"')
  })

  it('warns of dead letters alone, with the command that says why', async () => {
    await spoolOne()
    const folder = spoolFolder(dataDir)
    for (const name of segmentNames(folder)) moveToDeadLetters(folder, { name, reason: 'for the test' })
    const [check] = checked()
    expect(check?.found).toBe('0 segments wait for the database, 1 dead letter with 1 row; 0 % of SPOOL_MB')
    expect(check?.remedy).toContain('"./almanac spool list"')
  })
})

/** A stack's folder passes from a collector to a whole stack, and from nobody else. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  COLLECTOR_DAEMON,
  COLLECTOR_ONCE,
  isCollector,
  isSingleCollection,
  takeStackLock,
  takeStackLockFromCollector,
  waitingStack,
} from '../../../local/stack-lock.ts'
import { until } from '../../support/until.ts'

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'almanac-handover-'))
})
afterEach(() => {
  rmSync(stateDir, { recursive: true })
})

const silent = () => undefined

describe('a whole stack', () => {
  it.each([COLLECTOR_DAEMON, COLLECTOR_ONCE, `${COLLECTOR_DAEMON} --demo`])(
    'waits for "%s" to make way, and says so; nothing is left of the wish',
    async (what) => {
      const said: string[] = []
      const releaseCollector = await takeStackLock(stateDir, what)
      const taking = takeStackLockFromCollector(stateDir, 'almanac up', (line) => said.push(line))
      const wish = await until(async () => Promise.resolve(waitingStack(stateDir) ?? false))
      expect(wish).toMatchObject({ what: 'almanac up', pid: process.pid })
      expect(said).toEqual([`waiting for "${what}" (process ${process.pid}) to make way`])
      releaseCollector()
      const release = await taking
      expect(waitingStack(stateDir)).toBeUndefined()
      await expect(takeStackLock(stateDir, 'third')).rejects.toThrow('"almanac up"')
      release()
      expect(readdirSync(stateDir)).toEqual([])
    },
  )

  it('does not wait for another one, and says how to end that', async () => {
    const release = await takeStackLock(stateDir, 'almanac up')
    await expect(takeStackLockFromCollector(stateDir, 'almanac up', silent)).rejects.toMatchObject({
      type: 'Conflict',
      message: expect.stringContaining(`kill ${process.pid}`) as string,
    })
    release()
  })

  it('is refused where another one waits already', async () => {
    const releaseCollector = await takeStackLock(stateDir, COLLECTOR_DAEMON)
    const first = takeStackLockFromCollector(stateDir, 'the first', silent)
    await until(async () => Promise.resolve(waitingStack(stateDir) !== undefined))
    await expect(takeStackLockFromCollector(stateDir, 'the second', silent)).rejects.toThrow('"the first"')
    releaseCollector()
    const release = await first
    release()
  })
})

it('a collector is known by what it says of itself', () => {
  const kinds = [
    'almanac up',
    'almanac up --demo',
    COLLECTOR_ONCE,
    `${COLLECTOR_ONCE} --demo`,
    COLLECTOR_DAEMON,
  ]
  expect(kinds.map((what) => isCollector({ what }))).toEqual([false, false, true, true, true])
  expect(kinds.map((what) => isSingleCollection({ what }))).toEqual([false, false, true, true, false])
})

/** Work that an ended process left due is started by the next one, here by the command. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { duePipelines, markDue } from '../../../db/spool/due.ts'
import { spoolFolder } from '../../../db/spool/spool.ts'
import { command } from '../../support/command.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'

let stack: TestStack
let folder: string
beforeAll(async () => {
  stack = await startTestStack({ schedules: false })
  folder = spoolFolder(stack.config.dataDir)
})
afterAll(() => stack.stop())

describe('almanac spool drain', () => {
  it('"spool drain" starts once the recompute that a dead process left due', async () => {
    markDue(folder, ['crypto-forecast'])
    const { code, stdout } = await command(['spool', 'drain'], stack.env)
    const id = /^started (crypto-forecast-\S+), which recomputes from the loaded rows$/m.exec(stdout)?.[1]
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(0)
    expect(duePipelines(folder)).toEqual([])
    const handle = stack.client.workflow.getHandle(id ?? 'nothing was started')
    const { historyLength, status } = await handle.describe()
    expect([historyLength > 0, status.name]).toEqual([true, 'RUNNING'])
    await handle.terminate('the test is over')
    const again = await command(['spool', 'drain'], stack.env)
    expect(again.stdout.trim()).toBe(`the spool is empty: no row waits for the database (${folder})`)
  })
})

/** Processes as Linux reports them, and the family whose memory is summed. */
import { describe, expect, it } from 'vitest'
import {
  availableShare,
  commandLine,
  familyOf,
  processes,
  type ProcessState,
} from '../../../../activities/library-context/contextmaker/processes.ts'

const state = (pid: number, parent: number): ProcessState => ({
  pid,
  parent,
  uid: 0,
  threads: 1,
  ownBytes: 1,
})

describe('the family of a process', () => {
  it('the family of a process includes children of children and no other process', () => {
    const all = [state(5, 4), state(1, 0), state(2, 1), state(4, 2), state(3, 1), state(9, 3)]
    expect(familyOf(2, all).map(({ pid }) => pid)).toEqual([2, 4, 5])
  })

  it('the family of an ended process is empty', () => {
    expect(familyOf(7, [state(8, 7)])).toEqual([])
  })
})

describe.runIf(process.platform === 'linux')('processes', () => {
  it('reports processes with their parent, user, threads and memory', async () => {
    const own = (await processes()).find(({ pid }) => pid === process.pid)
    expect(own).toMatchObject({ parent: process.ppid, uid: process.getuid?.() })
    expect(own?.threads).toBeGreaterThan(1)
    expect(own?.ownBytes).toBeGreaterThan(10_000_000)
    expect(own?.ownBytes).toBeLessThan(process.memoryUsage.rss())
  })

  it('reads the command line of a process, which is empty once it has ended', async () => {
    expect(await commandLine(process.pid)).toContain('vitest')
    expect(await commandLine(4_194_305)).toBe('')
  })

  it('reports the available share of the memory', async () => {
    expect(await availableShare()).toBeGreaterThan(0)
    expect(await availableShare()).toBeLessThan(1)
  })
})

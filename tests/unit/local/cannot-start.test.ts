/** What is said about a disk that has no room for the servers, and which exit code it leads to. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EXIT, exitCodeOf } from '../../../cli/exit.ts'
import { Failure } from '../../../core/failures.ts'
import { CannotStart, endedWhileStarting, refuseFullDisk } from '../../../local/cannot-start.ts'
import { packageRoot } from '../../../system/package-root.ts'
import { mountSmallDisk } from '../../support/small-disk.ts'

describe('a start that cannot be', () => {
  it('asks for space first, and blames a full disk for a server that ended', ({ skip }) => {
    const disk = mountSmallDisk(8)
    if (disk === undefined) return skip('this user may not mount a disk')
    try {
      const state = join(disk.folder, 'state')
      expect(() => {
        refuseFullDisk(state)
      }).toThrow(`${state} has 8 MB free, and a first start needs 200 MB; free some space`)
      const log = join(disk.folder, 'server.log')
      writeFileSync(log, 'before\nthe reason\n')
      const ended = endedWhileStarting('PostgreSQL', disk.folder, log)
      expect(ended).toMatchObject({
        type: 'DiskFull',
        message: expect.stringContaining('is full (8 MB free)') as string,
      })
    } finally {
      disk.remove()
    }
  })

  it('shows what a server that ended logged in this start', () => {
    const log = join(packageRoot, 'LICENSE')
    const ended = endedWhileStarting('PostgreSQL', packageRoot, log, 3)
    expect(ended.message).toMatch(/^PostgreSQL ended while it started; the end of .*LICENSE says why:\n/)
  })

  it('has an exit code of its own, after which a service manager tries again', () => {
    expect(exitCodeOf(new CannotStart('Port 1 is taken.'))).toBe(EXIT.cannotStart)
    expect(exitCodeOf(new Failure('Misconfigured', 'A setting is wrong.'))).toBe(EXIT.wrongUsage)
  })
})

/** The lock of a state folder: who holds it, who takes over, and that a race has one winner. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { identify } from '../../local/process-identity.mjs'
import { STACK_LOCK_FILE, takeStackLock } from '../../local/stack-lock.ts'
import { packageRoot } from '../../system/package-root.ts'

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'almanac-lock-'))
})
afterEach(() => {
  rmSync(stateDir, { recursive: true })
})

/** A lock as a holder with this identity would have written it. */
function leaveLock(holder: { pid: number; startedAt: string }): void {
  const content = { ...holder, since: '2026-01-01T00:00:00.000Z', what: 'almanac up', nonce: 'left-behind' }
  writeFileSync(join(stateDir, STACK_LOCK_FILE), JSON.stringify(content))
}

/** The pid of a process that has ended. */
async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.once('close', resolve))
  return child.pid ?? 0
}

const CONTENDER = `
import { takeFileLock } from ${JSON.stringify(pathToFileURL(join(packageRoot, 'local/file-lock.mjs')).href)}
process.stdout.write('ready')
process.stdin.once('data', async () => {
  const lock = await takeFileLock(process.argv[1], 'contender')
  process.stdout.write('release' in lock ? ' won' : ' lost')
})
process.stdin.once('end', () => process.exit())
`

describe('the stack lock', () => {
  it('refuses a second holder and names the first, since when and for what', async () => {
    const release = await takeStackLock(stateDir, 'almanac up')
    await expect(takeStackLock(stateDir, 'almanac up')).rejects.toMatchObject({
      type: 'Conflict',
      message: expect.stringMatching(
        new RegExp(`"almanac up" \\(process ${process.pid}, since 20`),
      ) as string,
    })
    release()
  })

  it.skipIf(process.platform === 'win32')('makes a new state folder for its owner alone', async () => {
    const made = join(stateDir, 'new')
    const release = await takeStackLock(made, 'almanac up')
    expect(statSync(made).mode & 0o777).toBe(0o700)
    release()
  })

  it('a released lock can be taken again, and leaves no file', async () => {
    const release = await takeStackLock(stateDir, 'almanac up')
    release()
    expect(readdirSync(stateDir)).toEqual([])
    const again = await takeStackLock(stateDir, 'almanac up')
    again()
  })

  it('takes the stack lock over from a holder that died', async () => {
    leaveLock({ pid: await endedPid(), startedAt: 'then' })
    const release = await takeStackLock(stateDir, 'almanac up')
    const holder = JSON.parse(readFileSync(join(stateDir, STACK_LOCK_FILE), 'utf8')) as { pid: number }
    expect(holder.pid).toBe(process.pid)
    release()
  })

  it('takes the stack lock over when its pid belongs to another process now', async () => {
    leaveLock({ pid: process.pid, startedAt: 'another time' })
    const release = await takeStackLock(stateDir, 'almanac up')
    release()
  })

  it('a second release does not remove the lock of the next holder', async () => {
    const first = await takeStackLock(stateDir, 'first')
    first()
    const second = await takeStackLock(stateDir, 'second')
    first()
    await expect(takeStackLock(stateDir, 'third')).rejects.toThrow('"second"')
    second()
  })

  it('takes the stack lock over from a dead holder whose successor died as well', async () => {
    const pid = await endedPid()
    leaveLock({ pid, startedAt: 'then' })
    const claim = { pid, startedAt: 'then', since: 'then', what: 'taking over', nonce: 'claim' }
    writeFileSync(join(stateDir, `${STACK_LOCK_FILE}.stale-left-behind`), JSON.stringify(claim))
    const release = await takeStackLock(stateDir, 'almanac up')
    release()
    expect(readdirSync(stateDir)).toEqual([])
  })

  it.each(['', '{}', 'null', '[]', '{"pid":1}', '{"pid":'])(
    'takes the stack lock over when its file holds only %j',
    async (content) => {
      writeFileSync(join(stateDir, STACK_LOCK_FILE), content)
      const release = await takeStackLock(stateDir, 'almanac up')
      release()
      expect(readdirSync(stateDir)).toEqual([])
    },
  )

  it('one of several processes wins the lock of a dead holder', async () => {
    leaveLock({ pid: await endedPid(), startedAt: 'then' })
    const lock = join(stateDir, STACK_LOCK_FILE)
    const contenders = Array.from({ length: 6 }, () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', CONTENDER, lock])
      let output = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
      const said = async (pattern: RegExp) => {
        while (!pattern.test(output)) await new Promise((resolve) => child.stdout.once('data', resolve))
        return output
      }
      return { child, said }
    })
    await Promise.all(contenders.map(({ said }) => said(/ready/)))
    for (const { child } of contenders) child.stdin.write('go')
    const results = await Promise.all(contenders.map(({ said }) => said(/won|lost/)))
    expect(results.filter((result) => result.endsWith('won'))).toHaveLength(1)
    await Promise.all(
      contenders.map(({ child }) => {
        const closed = new Promise((resolve) => child.once('close', resolve))
        child.stdin.end()
        return closed
      }),
    )
  })
})

describe('the identity of a process', () => {
  it('a process identity is stable and undefined for a process that ended', async () => {
    expect(identify(process.pid)).toEqual(identify(process.pid))
    expect(identify(await endedPid())).toBeUndefined()
  })
})

/** A lock file between containers: its holder's process id is not valid there, so only renewals count. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockHolder, takeFileLock, type Holder } from '../../local/file-lock.mjs'
import { packageRoot } from '../../system/package-root.ts'
import { until } from '../support/until.ts'

/** Its process numbers are its own, as in a container. */
const ELSEWHERE = ['-p', '-f', '--mount-proc', '--kill-child']
const isPossible = spawnSync('unshare', [...ELSEWHERE, 'true']).status === 0
const LONG_AGO = new Date('2026-01-01T00:00:00Z')

let folder: string
let file: string
let elsewhere: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'almanac-file-lock-'))
  file = join(folder, 'drain.lock')
  elsewhere = []
})
afterEach(async () => {
  for (const child of elsewhere) await killed(child)
  rmSync(folder, { recursive: true })
})

const TAKER = `
import { takeFileLock } from ${JSON.stringify(pathToFileURL(join(packageRoot, 'local/file-lock.mjs')).href)}
const [file, isRenewed] = process.argv.slice(1)
const lock = await takeFileLock(file, 'elsewhere', { isRenewed: isRenewed === 'renewed' })
process.stdout.write('release' in lock ? 'taken' : JSON.stringify(lock.holder))
process.stdin.resume().on('end', () => process.exit())
`

/** Takes the lock in a separate container; returns its output. */
async function takeElsewhere(isRenewed: boolean): Promise<{ child: ChildProcess; said: string }> {
  const args = ['--input-type=module', '-e', TAKER, file, isRenewed ? 'renewed' : 'once']
  const child = spawn('unshare', [...ELSEWHERE, process.execPath, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  elsewhere.push(child)
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve)
    child.once('error', reject)
    child.once('close', () => {
      reject(new Error('it ended without a word'))
    })
  })
  return { child, said }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await closed
}

const holder = () => JSON.parse(readFileSync(file, 'utf8')) as Holder
const age = () => {
  utimesSync(file, LONG_AGO, LONG_AGO)
}

describe.skipIf(!isPossible)(
  `a lock whose holder is in another container${isPossible ? '' : ' (skipped: this user cannot make one)'}`,
  () => {
    it('respects a lock of another container for as long as it is renewed, though its pid is not visible', async () => {
      const { said } = await takeElsewhere(true)
      expect(said).toBe('taken')
      const lock = await takeFileLock(file, 'here', { isRenewed: true })
      expect(lock).toMatchObject({ holder: { what: 'elsewhere', pid: 1 } })
      expect(lockHolder(file)).toMatchObject({ what: 'elsewhere' })
    })

    it('renews a lock while it is held', async () => {
      await takeElsewhere(true)
      age()
      await until(() => Date.now() - statSync(file).mtimeMs < 60_000)
      expect(lockHolder(file)).toMatchObject({ what: 'elsewhere' })
    })

    it('takes over a lock that a killed holder has not renewed for a while', async () => {
      const { child } = await takeElsewhere(true)
      await killed(child)
      expect(await takeFileLock(file, 'here', { isRenewed: true })).toMatchObject({
        holder: { what: 'elsewhere' },
      })
      age()
      const lock = await takeFileLock(file, 'here', { isRenewed: true })
      expect(holder()).toMatchObject({ what: 'here', pid: process.pid })
      if ('release' in lock) lock.release()
      expect(readdirSync(folder)).toEqual([])
    })

    it('another container respects our lock', async () => {
      const lock = await takeFileLock(file, 'here', { isRenewed: true })
      const { said } = await takeElsewhere(true)
      expect(JSON.parse(said)).toMatchObject({ what: 'here', pid: process.pid })
      if ('release' in lock) lock.release()
    })

    it('takes over an unrenewed lock at once: a killed container must not block the next one', async () => {
      await takeElsewhere(false)
      expect(lockHolder(file)).toBeUndefined()
      const lock = await takeFileLock(file, 'here')
      expect(holder()).toMatchObject({ what: 'here' })
      if ('release' in lock) lock.release()
    })
  },
)

describe('a lock', () => {
  it('judges a lock of this machine by its process alone, however old its file', async () => {
    const lock = await takeFileLock(file, 'here', { isRenewed: true })
    age()
    expect(await takeFileLock(file, 'another', { isRenewed: true })).toMatchObject({
      holder: { what: 'here' },
    })
    if ('release' in lock) lock.release()
  })

  it('judges a lock of an earlier version by its process', async () => {
    const lock = await takeFileLock(file, 'here')
    const { pid, startedAt, since, what, nonce } = holder()
    writeFileSync(file, JSON.stringify({ pid, startedAt, since, what, nonce }))
    expect(lockHolder(file)).toMatchObject({ what: 'here' })
    if ('release' in lock) lock.release()
  })

  it('releasing a lock that was taken over leaves it to its new holder', async () => {
    const first = await takeFileLock(file, 'first', { isRenewed: true })
    rmSync(file)
    const second = await takeFileLock(file, 'second', { isRenewed: true })
    if ('release' in first) first.release()
    expect(holder()).toMatchObject({ what: 'second' })
    if ('release' in second) second.release()
  })
})

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  claimThisHost,
  cloneFolder,
  cloneOf,
  removeCloneOf,
} from '../../../../activities/library-context/clones.ts'
import type { ActivityContext } from '../../../../activities/library-context/activity-context.ts'
import type { ChildStep } from '../../../../activities/library-context/inputs.ts'
import { Failure } from '../../../../core/failures.ts'
import type { Git } from '../../../../upstreams/git/git.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Real programs.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

type CloneRequest = Parameters<Git['clone']>[0]

const TONIGHT = '01a1ff96-7de3-7058-bb7c-22685f636182'
const LAST_NIGHT = '01a1ff00-7de3-7058-bb7c-22685f636182'

let workDir: string
beforeEach(() => {
  workDir = mkdtempSync(join(tmpdir(), 'almanac-clones-'))
})
afterEach(() => {
  rmSync(workDir, { recursive: true, force: true })
})

const step = (name: string, runId = TONIGHT): ChildStep => ({
  run: {
    runId,
    workflowId: 'library-context-1',
    pipeline: 'library-context',
    trigger: 'manual',
    startedAt: '2026-11-21T02:00:00Z',
  },
  todo: { library: name.toLowerCase(), name, why: 'new', failures: 0 },
})

/** A step's context on this folder, with a git that writes one file. */
function context({ maxCloneMb = 1, fail = false } = {}): { given: ActivityContext; asked: CloneRequest[] } {
  const asked: CloneRequest[] = []
  const clone = (request: CloneRequest) => {
    asked.push(request)
    if (existsSync(request.target)) throw new Failure('Conflict', 'The target exists.')
    mkdirSync(request.target)
    writeFileSync(join(request.target, 'setup.py'), '')
    if (fail) throw new Failure('UpstreamUnavailable', 'The server is away.')
    return Promise.resolve({ commit: 'c0ffee', bytes: 1_000 })
  }
  const given = {
    host: { queue: 'host-1', cleanupQueue: 'host-1-cleanup', workDir },
    settings: { max_clone_mb: maxCloneMb, clone_seconds: 300 },
    git: { clone },
    signal: new AbortController().signal,
  } as unknown as ActivityContext
  return { given, asked }
}

describe('a clone', () => {
  it('a clone lies in a folder of the run, under owner and name, within the bounds of the settings', async () => {
    const { given, asked } = context({ maxCloneMb: 3 })
    const answer = await cloneOf(given, step('Owner/lib'))
    expect(answer).toEqual({ commit: 'c0ffee', bytes: 1_000 })
    expect(cloneFolder(given, step('Owner/lib'))).toBe(join(workDir, TONIGHT, 'Owner__lib'))
    expect(readdirSync(join(workDir, TONIGHT))).toEqual(['Owner__lib'])
    expect(readdirSync(join(workDir, TONIGHT, 'Owner__lib'))).toEqual(['setup.py'])
    expect(asked).toMatchObject([{ fullName: 'Owner/lib', maxBytes: 3_000_000, timeoutMs: 300_000 }])
    expect(dirname(asked[0]?.target ?? '')).toBe(join(workDir, TONIGHT))
  })

  it('a clone starts over after an attempt was killed', async () => {
    const broken = context({ fail: true })
    await expect(cloneOf(broken.given, step('Owner/lib'))).rejects.toThrow('The server is away.')
    mkdirSync(join(workDir, TONIGHT, 'Owner__lib', 'half'), { recursive: true })
    await cloneOf(context().given, step('Owner/lib'))
    expect(readdirSync(join(workDir, TONIGHT))).toEqual(['Owner__lib'])
    expect(readdirSync(join(workDir, TONIGHT, 'Owner__lib'))).toEqual(['setup.py'])
  })

  it('a clone survives a git that outlived its worker, and cleans up when it fails', async () => {
    const { given, asked } = context({ fail: true })
    await expect(cloneOf(given, step('Owner/lib'))).rejects.toThrow('The server is away.')
    await cloneOf(context().given, step('Owner/lib'))
    rmSync(asked[0]?.target ?? '', { recursive: true, force: true })
    expect(readdirSync(join(workDir, TONIGHT, 'Owner__lib'))).toEqual(['setup.py'])
  })

  it('starts no clone without room for the largest allowed one, and says how much is missing', async () => {
    const { given, asked } = context({ maxCloneMb: 1e12 })
    const failure: unknown = await cloneOf(given, step('Owner/lib')).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Failure)
    expect(failure).toMatchObject({ type: 'DiskFull' })
    expect((failure as Failure).message).toMatch(
      /^\d+ MB are free where clones are made; 1000000000500 MB are needed/,
    )
    expect(asked).toEqual([])
  })
})

describe('a step whose names lead out of the work folder', () => {
  const outside = () => {
    const folder = mkdtempSync(join(tmpdir(), 'almanac-outside-'))
    writeFileSync(join(folder, 'kept'), 'secret', { mode: 0o600 })
    return folder
  }
  const STEPS: [what: string, hostile: (outside: string) => ChildStep][] = [
    ['a run id with steps', (outside) => step('Owner/lib', relative(workDir, outside))],
    ['a run id that is an absolute path', (outside) => step('Owner/lib', outside)],
    ['a library with steps', (outside) => step(`../../${basename(outside)}`)],
    ['a library that is an absolute path', (outside) => step(outside)],
    ['a run id with a NUL', () => step('Owner/lib', `${TONIGHT}\0`)],
  ]

  it.each(STEPS)('is refused before anything is touched: %s', async (_, hostile) => {
    const folder = outside()
    const { given, asked } = context()
    const bad = hostile(folder)
    await expect(Promise.resolve().then(() => cloneOf(given, bad))).rejects.toMatchObject({
      type: 'InputInvalid',
    })
    await expect(Promise.resolve().then(() => removeCloneOf(given, bad))).rejects.toMatchObject({
      type: 'InputInvalid',
    })
    expect([readdirSync(folder), readdirSync(workDir), asked]).toEqual([['kept'], [], []])
    expect(statSync(join(folder, 'kept')).mode & 0o777).toBe(0o600)
    rmSync(folder, { recursive: true })
  })

  it('is refused if a folder on the way is a link to elsewhere', async () => {
    const folder = outside()
    symlinkSync(folder, join(workDir, TONIGHT))
    const { given, asked } = context()
    await expect(Promise.resolve().then(() => cloneOf(given, step('Owner/lib')))).rejects.toThrow(
      'leads out of',
    )
    await expect(Promise.resolve().then(() => claimThisHost(given, step('Owner/lib').run))).rejects.toThrow(
      'leads out of',
    )
    expect([readdirSync(folder), asked]).toEqual([['kept'], []])
    rmSync(folder, { recursive: true })
  })
})

describe('removing a clone', () => {
  it('removing a clone leaves those of other libraries, and the run’s folder until the last one is gone', async () => {
    const { given } = context()
    for (const name of ['Owner/lib', 'Owner/library']) await cloneOf(given, step(name))
    await removeCloneOf(given, step('Owner/lib'))
    expect(readdirSync(join(workDir, TONIGHT))).toEqual(['Owner__library'])
    await removeCloneOf(given, step('Owner/library'))
    expect(readdirSync(workDir)).toEqual([])
  })

  it('removing a clone is safe twice, without a clone, and without the work folder', async () => {
    const { given } = context()
    await removeCloneOf(given, step('Owner/lib'))
    await cloneOf(given, step('Owner/lib'))
    await removeCloneOf(given, step('Owner/lib'))
    await removeCloneOf(given, step('Owner/lib'))
    rmSync(workDir, { recursive: true })
    await removeCloneOf(given, step('Owner/lib'))
    expect(existsSync(workDir)).toBe(false)
  })
})

describe('a claimed host', () => {
  it('sweeps a claimed host of what earlier runs left, and of nothing else', async () => {
    const { given } = context()
    await cloneOf(given, step('Owner/lib', LAST_NIGHT))
    await cloneOf(given, step('Owner/other'))
    writeFileSync(join(workDir, 'host-id'), 'abcd\n')
    mkdirSync(join(workDir, 'other'))
    const { run } = step('Owner/lib')
    expect(await claimThisHost(given, run)).toEqual({ queue: 'host-1', cleanupQueue: 'host-1-cleanup' })
    expect(readdirSync(workDir).toSorted()).toEqual([TONIGHT, 'host-id', 'other'])
    expect(readdirSync(join(workDir, TONIGHT))).toEqual(['Owner__other'])
  })

  it('makes the work folder of a claimed host if it is missing', async () => {
    const { given } = context()
    rmSync(workDir, { recursive: true })
    await claimThisHost(given, step('Owner/lib').run)
    expect(readdirSync(workDir)).toEqual([])
  })
})

/** The verdicts of `almanac doctor` that depend on a value alone: the key's form, the clock, the space, the ports. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { askUpstreams, upstreamsCheck, type Asked } from '../../../../cli/doctor/upstreams.ts'
import { checkClock, clockCheck } from '../../../../cli/doctor/clock.ts'
import { checkCurseForgeKey } from '../../../../cli/mod-stats/curseforge-key.ts'
import { examine } from '../../../../cli/doctor/examine.ts'
import {
  checkFolders,
  checkPorts,
  checkSecretsFile,
  checkStateRights,
  spaceCheck,
} from '../../../../cli/doctor/machine.ts'
import { recordsCheck } from '../../../../cli/doctor/run-records.ts'
import { loadConfig } from '../../../../config/load-config.ts'
import { freePort } from '../../../../local/taken-port.ts'
import { LONG_UNIT_MS } from '../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })

/** Of the form of a real key, with every kind of character that can follow a $. */
const KEYS = ['xYz', '5yZ', '.yZ', '/yZ'].map((start) =>
  `$2a$10$${start}./${'abcDEF0123'.repeat(5)}`.slice(0, 60),
)

/** What a POSIX shell makes of `NAME="<key>"`. */
function throughShell(key: string): string {
  return spawnSync('sh', ['-c', `printf %s "${key}"`], { encoding: 'utf8' }).stdout
}

describe('the CurseForge key', () => {
  it('accepts a whole CurseForge key', () => {
    for (const key of KEYS) expect(checkCurseForgeKey(key).state).toBe('ok')
  })

  it('accepts a missing CurseForge key', () => {
    expect(checkCurseForgeKey(undefined).state).toBe('none')
  })

  it.each(KEYS)('recognises a CurseForge key after a shell replaced what follows its $: %s', (key) => {
    const check = checkCurseForgeKey(throughShell(key))
    expect(check.state).toBe('bad')
    expect(check.remedy).toContain('single quotes')
  })

  it.each([
    ['with the first two names gone', (key: string) => `a${key.slice(6)}`],
    ['with the $ gone', (key: string) => key.replaceAll('$', '')],
    ['with every $ doubled', (key: string) => key.replaceAll('$', '$$$$')],
    ['with its quotes', (key: string) => `'${key}'`],
    ['with backslashes', (key: string) => key.replaceAll('$', '\\$')],
    ['cut short', (key: string) => key.slice(0, 40)],
    ['with its line end', (key: string) => `${key}\n`],
  ])('recognises a CurseForge key %s', (_, mangle) => {
    for (const key of KEYS) expect(checkCurseForgeKey(mangle(key))).toMatchObject({ state: 'bad' })
  })

  it('leaves a key of an unknown form to CurseForge, with a warning', () => {
    expect(checkCurseForgeKey('a0b4c1d2-0000-4000-8000-1234567890ab').state).toBe('warn')
  })

  it('never shows the CurseForge key', () => {
    for (const key of [
      ...KEYS,
      ...KEYS.map(throughShell),
      KEYS[0]?.slice(0, 40) ?? '',
      'something-else-entirely',
    ])
      expect(JSON.stringify(checkCurseForgeKey(key))).not.toContain(key.slice(8))
  })
})

describe('the clock', () => {
  it.each([
    [0, 'ok'],
    [-1_900, 'ok'],
    [2_100, 'warn'],
    [-86_400_000, 'warn'],
  ])('a clock %d ms ahead is %s', (aheadMs, state) => {
    expect(clockCheck({ aheadMs, of: 'api.example' }).state).toBe(state)
  })

  it('compares the clock with an upstream', async () => {
    const hour = 3_600_000
    const upstream = createHttpServer((_, response) => {
      response.setHeader('date', new Date(Date.now() + hour).toUTCString()).end()
    })
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
    const { port } = upstream.address() as AddressInfo
    try {
      const config = loadConfig({ env: { MODRINTH_URL: `http://127.0.0.1:${port}` } })
      expect(await checkClock(config, await askUpstreams(config))).toMatchObject({
        state: 'warn',
        found: expect.stringMatching(/^3(599|600)\.\d s behind 127\.0\.0\.1/) as string,
      })
    } finally {
      upstream.closeAllConnections()
      await new Promise((resolve) => upstream.close(resolve))
    }
  })

  it('says in which direction the clock is off', () => {
    expect(clockCheck({ aheadMs: 5_000, of: 'api.example' }).found).toBe('5.0 s ahead of api.example')
    expect(clockCheck({ aheadMs: -5_000, of: 'api.example' }).found).toBe('5.0 s behind api.example')
  })
})

describe('the upstreams', () => {
  const live = { mode: 'live' as const }

  it.each<[string, Asked[], string, RegExp]>([
    ['all answer', [{ host: 'a.example' }, { host: 'b.example' }], 'ok', /^a\.example, b\.example answer$/],
    [
      'one does not',
      [{ host: 'a.example' }, { host: 'b.example', trouble: 'HTTP 503' }],
      'warn',
      /^b\.example: HTTP 503$/,
    ],
    [
      'all have trouble of their own',
      [{ host: 'a.example', trouble: 'HTTP 503', isReached: true }],
      'warn',
      /^a\.example: HTTP 503$/,
    ],
    ['none does', [{ host: 'a.example', trouble: 'gone' }], 'bad', /^none answers: a\.example: gone$/],
  ])('%s', (_, asked, state, words) => {
    expect(upstreamsCheck(live, asked)).toMatchObject({
      state,
      found: expect.stringMatching(words) as string,
    })
  })
})

describe('the folders', () => {
  it.each([
    [100_000_000, 'bad'],
    [1_500_000_000, 'warn'],
    [2_500_000_000, 'ok'],
  ])('folders with %d bytes free are %s', (bytes, state) => {
    expect(spaceCheck('data folder', '/data', 'DATA_DIR', bytes).state).toBe(state)
  })
})

describe('with settings in a separate folder', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'almanac-doctor-'))
    writeFileSync(join(root, 'almanac.yaml'), 'mod-stats:\n  mods:\n    - modrinth: createnuclear\n')
  })
  afterEach(() => {
    rmSync(root, { recursive: true })
  })
  const load = (env: Record<string, string>) => loadConfig({ root, env })

  it('asks upstreams side by side, each once, and names a refused connection', async () => {
    const refused = `http://127.0.0.1:${await freePort()}`
    const config = load({ MODRINTH_URL: refused })
    expect(await askUpstreams(config)).toEqual([
      { host: new URL(refused).host, trouble: expect.stringContaining('ECONNREFUSED') as string },
    ])
  })

  it('judges a folder that does not exist yet by the one in which it will be made', () => {
    expect(checkFolders(load({ DATA_DIR: 'a/b/c' })).map(({ state }) => state)).not.toContain('bad')
  })

  it('names the setting of a file in the place of a folder', () => {
    const [state, data] = checkFolders(load({ DATA_DIR: 'almanac.yaml' }))
    expect(state?.state).not.toBe('bad')
    expect(data).toMatchObject({ state: 'bad', remedy: 'correct DATA_DIR' })
  })

  it('names the setting of a port that another program holds, and accepts a free one', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as AddressInfo
    try {
      const env = { POSTGRES_PORT: String(port), TEMPORAL_PORT: String(await freePort()) }
      const ui = { TEMPORAL_UI_PORT: String(await freePort()), PAGE_PORT: String(await freePort()) }
      const overview = { OVERVIEW_PORT: String(await freePort()) }
      const checks = await checkPorts(load({ ...env, ...ui, ...overview }))
      expect(checks.map(({ state }) => state)).toEqual(['bad', 'ok', 'ok', 'ok', 'ok'])
      expect(checks[0]?.remedy).toContain('POSTGRES_PORT')
    } finally {
      await new Promise((resolve) => taken.close(resolve))
    }
  })

  it('reports unreadable settings as one finding each, and checks the rest', async () => {
    writeFileSync(join(root, '.env'), 'COLLECTION_INTERVAL=5\nLOG_LEVEL=loud\n')
    const { stack, passed, checks } = await examine(() => load({}))
    expect(stack).toBeUndefined()
    expect(passed).toBe(false)
    expect(checks.filter(({ name }) => name === 'settings').map(({ found }) => found)).toEqual([
      expect.stringContaining('LOG_LEVEL'),
      expect.stringContaining('COLLECTION_INTERVAL'),
    ])
    expect(checks.find(({ name }) => name === 'Node')?.state).toBe('ok')
  })
})

describe.skipIf(process.platform === 'win32')('what other users of the machine can read', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'almanac-rights-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  it('warns of a file of keys, until it is for its owner alone', () => {
    const file = join(folder, '.env')
    expect(checkSecretsFile(file)).toEqual([])
    writeFileSync(file, 'LOG_LEVEL=debug\nGITHUB_TOKEN=\n', { mode: 0o644 })
    expect(checkSecretsFile(file)).toMatchObject([{ state: 'ok', found: 'holds no key or password' }])
    writeFileSync(file, 'DATABASE_URL=postgresql://me:secret@db.example.org/almanac\n')
    expect(checkSecretsFile(file)).toMatchObject([{ state: 'warn' }])
    writeFileSync(file, 'GITHUB_TOKEN=x\n')
    expect(checkSecretsFile(file)).toMatchObject([{ state: 'warn', remedy: `chmod 600 ${file}` }])
    chmodSync(file, 0o600)
    expect(checkSecretsFile(file)).toMatchObject([{ state: 'ok' }])
  })

  it('warns of an open state folder', () => {
    chmodSync(folder, 0o755)
    expect(checkStateRights({ stateDir: folder })).toMatchObject([
      { state: 'warn', remedy: `chmod 700 ${folder}` },
    ])
    chmodSync(folder, 0o700)
    expect(checkStateRights({ stateDir: folder })).toEqual([])
  })
})

describe('open run records', () => {
  it('whose run is gone are named with what closes them', () => {
    const startedAt = new Date('2026-03-10T10:00:00Z')
    expect(recordsCheck([{ workflowId: 'mod-stats-x', startedAt }])).toMatchObject({
      state: 'bad',
      found: expect.stringContaining('mod-stats-x of 2026-03-10 10:00:00 UTC') as string,
      remedy: expect.stringContaining('worker') as string,
    })
    expect(recordsCheck([]).state).toBe('ok')
  })
})

/**
 * contextmaker on libraries that attack, in native mode, where their programs really run. Each attack also runs without
 * the sandbox to show that it works; otherwise its failure would prove nothing. Attacks that end by themselves share one
 * build, and what safe mode must not run is in one library: most of a build is the start of Sphinx.
 */
import { execFile, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import {
  createContextmaker,
  type ContextmakerOptions,
  type Mode,
} from '../../../activities/library-context/contextmaker/contextmaker.ts'
import { commandLine, processes } from '../../../activities/library-context/contextmaker/processes.ts'
import {
  describeSandbox,
  GOOD_LIBRARY,
  hostileLibrary,
  sourceTree,
  inText,
  testVenv,
} from '../../support/library-context/contextmaker.ts'
import * as hostile from '../../support/library-context/hostile-configurations.ts'

/** Shorter than the test's patience, longer than a start on a busy machine. */
const SHORT_WALL_MS = 3_000
const NEVER = new AbortController().signal
const SECRET = 'of-the-environment'
const hasMake = spawnSync('make', ['--version']).status === 0

const SLEEPING_MAKEFILE = 'html:\n\tsleep 86400\nclean:\n\techo html sphinx\n'
/** A notebook, and what jupytext would execute to read it. */
const LESSON = {
  'docs/lesson.ipynb': JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ cell_type: 'markdown', id: 'a', metadata: {}, source: ['Words of the notebook'] }],
  }),
  'docs/.jupytext.py': 'import time\ntime.sleep(86400)\n',
}

describeSandbox('a hostile library', () => {
  let venv: string
  let scratch: string
  let attacks: Attacks
  /** What the attacks of one build showed. */
  let seen: Record<string, string>
  const remove: (() => void)[] = []
  beforeAll(async () => {
    venv = await testVenv()
    attacks = await prepareAttacks(venv)
    process.env.ALMANAC_TEST_SECRET = SECRET
    try {
      seen = await inside(Object.values(attacks.programs).join('\n'))
    } finally {
      delete process.env.ALMANAC_TEST_SECRET
    }
  })
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'almanac-hostile-'))
  })
  afterEach(() => {
    for (const one of remove.splice(0)) one()
    rmSync(scratch, { recursive: true, force: true })
  })
  afterAll(() => attacks.end())

  const tree = (files: Record<string, string>) => {
    const made = sourceTree(files)
    remove.push(made.remove)
    return made.path
  }
  const make = async (
    files: Record<string, string>,
    mode: Mode,
    options: Partial<ContextmakerOptions> = {},
  ) => {
    const request = { tree: tree(files), name: 'hostile', mode, signal: NEVER }
    return inText(await createContextmaker({ venv, ...options }).make(request))
  }

  /** Output of the configuration from inside the sandbox. */
  const inside = async (conf: string, options: Partial<ContextmakerOptions> = {}) =>
    jsonLines((await make(hostileLibrary(conf), 'native', options)).markdown)

  /** The effect of the same program without a sandbox. */
  const outside = async (conf: string, env: Record<string, string> = {}) => {
    const file = join(scratch, 'conf.py')
    writeFileSync(file, conf)
    await promisify(execFile)('/usr/bin/python3', [file], { cwd: scratch, env })
    return jsonLines(readFileSync(join(scratch, 'seen.txt'), 'utf8'))
  }

  it('a hostile build reads neither the environment nor files of the host', async () => {
    const free = await outside(attacks.programs.secrets, { ALMANAC_TEST_SECRET: SECRET })
    expect(free).toMatchObject({ own: SECRET, file: 'of-the-host', passwd: 'True' })
    expect(seen).toMatchObject({
      own: 'refused-KeyError',
      others: 'refused-FileNotFoundError',
      file: 'refused-FileNotFoundError',
      passwd: 'refused-FileNotFoundError',
      root: 'refused-FileNotFoundError',
      user: '65534',
      system: ['bin', 'lib', 'lib64', 'share'].filter((name) => existsSync(join('/usr', name))).join('-'),
      keys: 'refused-PermissionError',
    })
  })

  it('a hostile build writes nothing outside, and changes nothing of its environment', async () => {
    const { mark, closed, venvBefore } = attacks
    expect(Object.values(await outside(hostile.writesEverywhere([scratch], mark)))).toEqual(['written'])
    for (const folder of closed) expect(seen[folder.replace(/\W/g, '_')], folder).toContain('refused')
    expect(seen._tmp).toBe('written')
    for (const folder of [...closed, '/tmp']) expect(existsSync(join(folder, mark)), folder).toBe(false)
    expect(fileTimes(venv)).toEqual(venvBefore)
  })

  it('a hostile build reaches no network, not even of this machine', async () => {
    const { listener } = attacks
    expect(listener.reached).toEqual({ tcp: 0, udp: 0 })
    expect(seen.tcp).toContain('refused')
    expect(seen.interfaces).toBe('lo')
    expect(await outside(attacks.programs.network)).toMatchObject({ tcp: 'connected', udp: 'sent' })
    await expect.poll(() => listener.reached).toEqual({ tcp: 1, udp: 1 })
  })

  it('a hostile build starts a few processes, not hundreds', async () => {
    expect((await outside(attacks.programs.forks)).children).toBe('300')
    expect(seen.forks).toBe('refused-BlockingIOError')
    expect(Number(seen.children)).toBeLessThan(64)
  })

  it('a hostile build gets no more memory than one process may have', async () => {
    expect((await outside(attacks.programs.memory)).memory).toBe('taken')
    expect(seen.memory).toBe('refused-MemoryError')
  })

  it('a hostile build gets no more memory by spreading it over processes', { tags: 'long' }, async () => {
    expect((await outside(hostile.sharesMemory(6, 100, 0))).memory).toBe('kept')
    await expect(
      inside(hostile.sharesMemory(6, 100, 600), { memoryBytes: 300 * 1_048_576 }),
    ).rejects.toMatchObject({
      type: 'CommandFailed',
      message: expect.stringContaining('took more than 300 MiB of memory') as string,
    })
  })

  it('a hostile build fills only its own small disks', async () => {
    expect(await outside(hostile.fillsDisks([scratch], 80))).toEqual({
      [`fill${scratch.replace(/\W/g, '_')}`]: '80MiB-largest-80MiB',
    })
    expect(seen['fill_dev_shm']).toBe('0MiB-largest-0MiB')
    for (const [folder, most] of [
      ['_tmp', 256],
      ['_out', 128],
    ] as const) {
      const [, total, largest] = /^(\d+)MiB-largest-(\d+)MiB$/.exec(seen[`fill${folder}`] ?? '') ?? []
      expect(Number(largest), folder).toBe(64)
      expect(Number(total), folder).toBeGreaterThan(64)
      expect(Number(total), folder).toBeLessThanOrEqual(most)
    }
  })

  it('a hostile build does not print forever', { tags: 'long' }, async () => {
    const free = spawnSync('/usr/bin/python3', [write(scratch, hostile.printsForever)], {
      maxBuffer: 1_000_000,
    })
    expect(free.error).toMatchObject({ code: 'ENOBUFS' })
    const ended = await make(hostileLibrary(hostile.printsForever), 'native', { wallMs: 10_000 }).then(
      ({ markdown }) => markdown,
      (error: unknown) => error,
    )
    if (typeof ended === 'string') expect(ended).not.toContain('endless endless')
    else expect(['CommandTimedOut', 'CommandFailed']).toContain((ended as { type: string }).type)
  })

  it('kills a build that sleeps forever, and the failure states the mode and the time', async () => {
    const conf = hostile.sleepsForever
    const slept = spawnSync('/usr/bin/python3', [write(scratch, conf)], { timeout: 1_000 })
    expect(slept.error).toMatchObject({ code: 'ETIMEDOUT' })
    await expect(make(hostileLibrary(conf), 'native', { wallMs: SHORT_WALL_MS })).rejects.toMatchObject({
      type: 'CommandTimedOut',
      message: expect.stringContaining('contextmaker (native mode) did not end within 3 s') as string,
    })
  })

  it.runIf(hasMake)('runs a Makefile in native mode', { tags: 'long' }, async () => {
    const files = { ...GOOD_LIBRARY, 'docs/Makefile': SLEEPING_MAKEFILE, 'docs/conf.py': '' }
    await expect(make(files, 'native', { wallMs: SHORT_WALL_MS })).rejects.toMatchObject({
      type: 'CommandTimedOut',
    })
  })

  it('runs a jupytext configuration in native mode', { tags: 'long' }, async () => {
    const files = { ...GOOD_LIBRARY, ...LESSON, 'docs/conf.py': '' }
    await expect(make(files, 'native', { wallMs: 5_000 })).rejects.toMatchObject({ type: 'CommandTimedOut' })
  })

  it('runs neither the configuration, the Makefile nor that of jupytext in safe and in strip mode', async () => {
    const files = { ...hostileLibrary(hostile.sleepsForever), ...LESSON, 'docs/Makefile': SLEEPING_MAKEFILE }
    const safe = await make(files, 'safe')
    expect(safe.log).toContain('Mode: Sphinx Build')
    expect(safe.markdown).toContain('Using orbit')
    expect(safe.markdown).toContain('Words of the notebook')
    expect((await make(files, 'strip')).log).toContain('Mode: Non-Sphinx')
  })

  it('a hostile build leaves no process behind, not even a hidden one', async () => {
    const name = `almanac-daemon-${process.pid}`
    await outside(hostile.leavesDaemon(name))
    const [left = 0] = await expect
      .poll(() => running(name))
      .toHaveLength(1)
      .then(() => running(name))
    process.kill(left, 'SIGKILL')
    await expect.poll(() => running(name)).toEqual([])
    expect((await inside(hostile.leavesDaemon(name))).daemon).toBe('left')
    await expect.poll(() => running(name)).toEqual([])
  })

  it('a build ends at once with the signal, and leaves neither process nor mount behind', async () => {
    const conf = hostile.sleepsForever.replace('86400', `86400 + ${process.pid}`)
    const path = tree(hostileLibrary(conf))
    const stop = new AbortController()
    const request = { tree: path, name: 'hostile', mode: 'native', signal: stop.signal } as const
    const made = createContextmaker({ venv }).make(request)
    const outcome = expect(made).rejects.toThrow('enough')
    await expect.poll(() => ourSandboxes()).not.toEqual([])
    stop.abort(new Error('enough'))
    await outcome
    await expect.poll(() => ourSandboxes()).toEqual([])
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    expect(mounts).not.toContain(path)
    expect(mounts).not.toContain('/sys/in')
    expect(existsSync('/sys/kernel')).toBe(true)
  })
})

/** Attacks that end by themselves and leave the next one what it needs. */
interface Attacks {
  programs: Record<'secrets' | 'writes' | 'network' | 'forks' | 'memory' | 'disks', string>
  /** Name of the files that one of them writes, and the folders in which it may not. */
  mark: string
  closed: string[]
  /** The files of the environment before the build. */
  venvBefore: string[]
  listener: Listener
  end: () => Promise<void>
}

async function prepareAttacks(venv: string): Promise<Attacks> {
  const folder = mkdtempSync(join(tmpdir(), 'almanac-attacked-'))
  const secret = join(folder, 'secret')
  writeFileSync(secret, 'of-the-host', { mode: 0o644 })
  const mark = `almanac-mark-${process.pid}`
  const closed = [folder, '/', '/usr', '/usr/lib', '/in', '/dev', '/dev/shm', venv, join(venv, 'bin')]
  const listener = await listen()
  return {
    programs: {
      secrets: hostile.readsSecrets(secret),
      writes: hostile.writesEverywhere([...closed, '/tmp'], mark),
      network: hostile.opensConnections(listener.port),
      forks: hostile.forks(300),
      memory: hostile.takesMemory(1200),
      disks: hostile.fillsDisks(['/tmp', '/out', '/dev/shm'], 400),
    },
    mark,
    closed,
    venvBefore: fileTimes(venv),
    listener,
    end: async () => {
      await listener.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Lines `SEEN-name-value` of a text, by name. */
function jsonLines(text: string): Record<string, string> {
  const plain = text.replaceAll('\\', '')
  return Object.fromEntries(
    [...plain.matchAll(/SEEN-([^-\s]+)-(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  )
}

function write(folder: string, conf: string): string {
  const file = join(folder, 'conf.py')
  writeFileSync(file, conf)
  return file
}

/** Every name of a folder, to see whether one came or went. */
function fileTimes(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
}

async function running(name: string): Promise<number[]> {
  const all = await processes()
  const lines = await Promise.all(all.map(async ({ pid }) => ({ pid, line: await commandLine(pid) })))
  return lines.filter(({ line }) => line.includes(`sleep(600) ${name}`)).map(({ pid }) => pid)
}

/** Sandboxes that this very process started. */
async function ourSandboxes(): Promise<number[]> {
  const ours = (await processes()).filter(({ parent }) => parent === process.pid)
  const lines = await Promise.all(ours.map(async ({ pid }) => ({ pid, line: await commandLine(pid) })))
  return lines.filter(({ line }) => line.includes('ctx-')).map(({ pid }) => pid)
}

interface Listener {
  port: number
  reached: { tcp: number; udp: number }
  close: () => Promise<void>
}

/** Counts what reaches a port of this machine. */
async function listen(): Promise<Listener> {
  const reached = { tcp: 0, udp: 0 }
  const server = createServer((socket) => {
    reached.tcp++
    socket.on('error', () => undefined).resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const datagrams = createSocket('udp4', () => {
    reached.udp++
  })
  await new Promise<void>((resolve) => datagrams.bind(port, '127.0.0.1', resolve))
  const close = async () => {
    datagrams.close()
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
    })
  }
  return { port, reached, close }
}

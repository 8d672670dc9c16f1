/** Outside of any sandbox the hostile repositories do what they say: what the sandbox holds back is real. */
import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runProgram, type ProgramResult } from '../../../../system/run-program.ts'
import type { RepositoryKind } from '../../../../simulator/library-context/libraries.ts'
import { filesOf } from '../../../../simulator/library-context/repositories/files.ts'
import { simulatorForTests } from '../../../unit/simulator/asking.ts'

const TIMEOUT_MS = 30_000
const OUTPUT_BYTES = 1_000_000
/** Without the packages of the machine: to look for them takes longer than what is run. */
const PLAIN = ['-S']
/** In no list of variables and no file: only a payload that reads the environment can show it. */
const SECRET = 'a-secret-of-the-test'

const simulator = simulatorForTests()
let folder = ''
let target = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'almanac-test-payload-'))
  target = join(folder, 'outside')
  await mkdir(target)
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Lays a hostile repository out, with a limit for its payload. */
async function laidOut(kind: RepositoryKind, limit: number): Promise<string> {
  const { world, port } = simulator.get()
  const library = world.libraries.list().find((each) => each.kind === kind)
  if (library === undefined) throw new Error(`The world has no repository of kind ${kind}.`)
  const tree = join(folder, 'tree')
  for (const file of filesOf(library, 1, port)) {
    if (!('content' in file)) continue
    await mkdir(dirname(join(tree, file.path)), { recursive: true })
    await writeFile(join(tree, file.path), file.content)
  }
  for (const place of ['docs', 'notebooks']) {
    await mkdir(join(tree, place), { recursive: true })
    await writeFile(join(tree, place, 'limit.txt'), String(limit))
    await writeFile(join(tree, place, 'target.txt'), target)
  }
  return tree
}

function run(program: string, args: readonly string[], cwd: string): Promise<ProgramResult> {
  return runProgram({
    program,
    args,
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ALMANAC_TEST_SECRET: SECRET },
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: OUTPUT_BYTES,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
}

/** Runs docs/conf.py as a build does; tells what it printed and what stands on the front page then. */
async function ranConf(kind: RepositoryKind, limit: number) {
  const tree = await laidOut(kind, limit)
  const { code, stdout, stderr } = await run(
    'python3',
    [...PLAIN, join(tree, 'docs/conf.py')],
    join(tree, 'docs'),
  )
  if (code !== 0) throw new Error(stderr)
  return { tree, stdout: stdout.trim(), page: await readFile(join(tree, 'docs/index.rst'), 'utf8') }
}

describe('without a sandbox, the conf.py that', () => {
  it('the conf.py that reads the environment shows it on the page', async () => {
    const { page } = await ranConf('reads-environment', 0)
    expect(page.includes(`HOSTILE-READ: environment ALMANAC_TEST_SECRET=${SECRET}`)).toBe(true)
    expect(page.includes(`HOSTILE-READ: ${folder} holds outside`)).toBe(true)
  })

  it('the conf.py that writes outside leaves its marker there', async () => {
    await ranConf('writes-outside', 1)
    expect(await readdir(target)).toEqual(['almanac-hostile-writes-outside'])
  })

  it('the conf.py that opens sockets reaches the simulator', async () => {
    const { requests } = simulator.get()
    requests.clear()
    const { page } = await ranConf('opens-sockets', 1)
    expect(requests.count({ upstream: 'git', path: /^\/almanac-hostile\// })).toBe(1)
    expect(page.includes('HOSTILE-SOCKET: loopback connected')).toBe(true)
  })

  it('the conf.py that forks has its children', async () => {
    const { stdout } = await ranConf('forks', 5)
    expect(stdout).toBe('hostile: forked 5')
  })

  it('the conf.py that fills memory holds it', async () => {
    const { stdout } = await ranConf('fills-memory', 32)
    expect(stdout).toBe('hostile: holds 32 MiB')
  })

  it('the conf.py that fills the disk does so', async () => {
    const { stdout, tree } = await ranConf('fills-disk', 2)
    expect(stdout).toBe('hostile: wrote 2 MiB')
    expect((await stat(join(tree, 'docs/almanac-hostile-fills-disk-0'))).size).toBe(2 * 1024 * 1024)
  })

  it('the conf.py that prints forever continues to print', async () => {
    const { stdout } = await ranConf('prints-forever', 7)
    expect(stdout.split('\n')).toHaveLength(7)
  })

  it('the conf.py that sleeps does not end until released', async () => {
    const startedAt = performance.now()
    expect((await ranConf('sleeps', 1)).stdout).toBe('hostile: slept')
    expect(performance.now() - startedAt).toBeGreaterThan(1_000)
  })
})

describe('without a sandbox', () => {
  it.each(['html', 'clean'])('the slow Makefile runs its program for %s without a sandbox', async (goal) => {
    const tree = await laidOut('slow-makefile', 1)
    const { code, stderr } = await run('make', ['-C', join(tree, 'docs'), goal], folder)
    expect([code, stderr]).toEqual([0, ''])
    expect(await readdir(target)).toEqual(['almanac-hostile-slow-makefile'])
  })

  it.each(['docs', 'notebooks'])(
    'the jupytext configuration in %s is a program that works',
    async (place) => {
      const tree = await laidOut('jupytext-config', 1)
      await access(join(tree, place, 'walkthrough.ipynb'))
      const { code, stderr } = await run('python3', [...PLAIN, join(tree, place, '.jupytext.py')], folder)
      expect([code, stderr]).toEqual([0, ''])
      expect(await readdir(target)).toEqual(['almanac-hostile-jupytext-config'])
    },
  )
})

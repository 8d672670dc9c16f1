import { lstat, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RepositoryKind, SimulatedLibrary } from '../../../../simulator/library-context/libraries.ts'
import { filesOf } from '../../../../simulator/library-context/repositories/files.ts'
import { startSimulator, type Simulator } from '../../../../simulator/server.ts'
import { simulatorForTests } from '../../../unit/simulator/asking.ts'
import { git, gitText, scratchFolder } from './git-client.ts'

const REQUEST_TYPE = 'application/x-git-upload-pack-request'

const simulator = simulatorForTests()
const scratch = scratchFolder()

function libraryOf(kind: RepositoryKind): SimulatedLibrary {
  const found = simulator
    .get()
    .world.libraries.list()
    .find((library) => library.kind === kind && library.state === 'present')
  if (found === undefined) throw new Error(`The world has no repository of kind ${kind}.`)
  return found
}

function addressOf(server: Simulator, fullName: string): string {
  return `${server.url}/git/${fullName}`
}

/** A folder of the scratch folder that is not there yet. */
async function freshTarget(): Promise<string> {
  return join(await mkdtemp(join(scratch.get(), 'clone-')), 'tree')
}

/** Clones with depth 1, links as small text files. */
async function clone(fullName: string, version = 2): Promise<string> {
  const target = await freshTarget()
  const settings = ['-c', `protocol.version=${version}`, '-c', 'core.symlinks=false']
  const address = addressOf(simulator.get(), fullName)
  await gitText(scratch.get(), [...settings, 'clone', '--quiet', '--depth', '1', address, target])
  return target
}

/** HEAD as git's `ls-remote` shows it; nothing in an empty repository. */
async function remoteHead(fullName: string, server = simulator.get()): Promise<string | undefined> {
  const text = await gitText(scratch.get(), ['ls-remote', addressOf(server, fullName), 'HEAD'])
  return text.split('\t')[0] || undefined
}

const fullNameOf = ({ owner, name }: SimulatedLibrary) => `${owner}/${name}`

describe('a repository of the simulated GitHub', () => {
  async function clonesAsMade(kind: RepositoryKind) {
    const library = libraryOf(kind)
    const tree = await clone(fullNameOf(library))
    const files = filesOf(library, library.pushes, simulator.get().port)
    for (const file of files) {
      const path = join(tree, file.path)
      if ('gitlink' in file) expect((await lstat(path)).isDirectory(), file.path).toBe(true)
      else {
        const expected = 'symlink' in file ? file.symlink : file.content.toString()
        expect(await readFile(path, 'utf8'), file.path).toBe(expected)
      }
    }
    const listed = await gitText(tree, ['ls-files'])
    expect(listed.split('\n').sort()).toEqual(files.map(({ path }) => path).sort())
  }

  // Files, links, modules, and a file that may be run: all that a tree can hold.
  it.each<RepositoryKind>(['plain', 'hook', 'symlinks', 'submodules'])(
    'clones a repository of the kind %s as it was made',
    clonesAsMade,
  )

  it.each<RepositoryKind>([
    'sphinx',
    'notebooks',
    'docs-only',
    'title-only',
    'broken-docs',
    'lfs',
    'reads-environment',
    'opens-sockets',
    'slow-makefile',
    'jupytext-config',
  ])('clones a repository of the kind %s as it was made', { tags: 'long' }, clonesAsMade)

  it.each([0, 2])('lists and clones by version %i of the protocol', async (version) => {
    const { requests } = simulator.get()
    const fullName = fullNameOf(libraryOf('sphinx'))
    requests.clear()
    const settings = ['-c', `protocol.version=${version}`]
    const address = addressOf(simulator.get(), `${fullName}.git`)
    const listed = await gitText(scratch.get(), [...settings, 'ls-remote', address])
    const head = await simulator.get().world.git.headOf(fullName)
    expect(listed).toBe(`${head}\tHEAD\n${head}\trefs/heads/main`)
    // version 2 asks a second time for the list itself
    expect(requests.count({ upstream: 'git' })).toBe(version === 2 ? 2 : 1)
    const tree = await clone(fullName, version)
    expect(await gitText(tree, ['rev-parse', 'HEAD'])).toBe(head)
  })

  it('gives the whole history on request, and one commit for depth 1', async () => {
    const { libraries } = simulator.get().world
    const fullName = fullNameOf(libraryOf('docs-only'))
    libraries.push(fullName)
    libraries.push(fullName)
    const target = await freshTarget()
    await gitText(scratch.get(), ['clone', '--quiet', addressOf(simulator.get(), fullName), target])
    expect(await gitText(target, ['rev-list', '--count', 'HEAD'])).toBe('3')
    expect(await gitText(await clone(fullName), ['rev-list', '--count', 'HEAD'])).toBe('1')
  })

  it('a push changes HEAD and README', async () => {
    const fullName = 'sim-astro/galfit.py'
    const [before, tree] = [await remoteHead(fullName), await clone(fullName)]
    simulator.get().world.libraries.push(fullName)
    const after = await remoteHead(fullName)
    const newer = await clone(fullName)
    expect(after).not.toBe(before)
    expect(await simulator.get().world.git.headOf(fullName)).toBe(after)
    expect(await gitText(newer, ['rev-parse', 'HEAD'])).toBe(after)
    const readmes = await Promise.all([tree, newer].map((each) => readFile(join(each, 'README.md'), 'utf8')))
    expect(readmes[0]?.includes('galfit.py 0.1.0')).toBe(true)
    expect(readmes[1]?.includes('galfit.py 0.2.0')).toBe(true)
  })

  it('an empty repository lists nothing and is cloned without a commit', async () => {
    const fullName = fullNameOf(libraryOf('empty'))
    expect(await remoteHead(fullName)).toBeUndefined()
    expect(await simulator.get().world.git.headOf(fullName)).toBeUndefined()
    const { code } = await git(await clone(fullName), ['rev-parse', '--verify', 'HEAD'])
    expect(code).not.toBe(0)
  })

  it('a huge repository is larger on the wire than any sensible cap', { tags: 'long' }, async () => {
    const { requests } = simulator.get()
    const fullName = fullNameOf(libraryOf('huge'))
    const tree = await clone(fullName)
    const [pack] = (await readdir(join(tree, '.git/objects/pack'))).filter((name) => name.endsWith('.pack'))
    expect((await lstat(join(tree, '.git/objects/pack', pack ?? ''))).size).toBeGreaterThan(60_000_000)
    expect(Math.max(...requests.list().map(({ bytes }) => bytes))).toBeGreaterThan(60_000_000)
    await rm(tree, { recursive: true })
  })

  it('a huge repository holds more bytes than any sensible cap, which no compression makes fewer', () => {
    const files = filesOf(libraryOf('huge'), 1, simulator.get().port)
    const large = files.flatMap((one) =>
      'content' in one && one.content.length > 1_000_000 ? [Buffer.from(one.content)] : [],
    )
    expect(large.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThanOrEqual(60_000_000)
    // The start of each: all of it takes seconds.
    const starts = Buffer.concat(large.map((one) => one.subarray(0, 100_000)))
    expect(gzipSync(starts).length).toBeGreaterThan(starts.length)
  })

  it('finds a repository under a name in other case', async () => {
    const head = await simulator.get().world.git.headOf('sim-astro/SkyMap')
    expect(await remoteHead('Sim-Astro/skymap')).toBe(head)
  })

  it('finds a renamed repository under its old name', async () => {
    const { requests } = simulator.get()
    requests.clear()
    const tree = await clone('sim-surveys/GalZoo')
    const head = await simulator.get().world.git.headOf('sim-surveys/galaxy-tools')
    expect(await gitText(tree, ['rev-parse', 'HEAD'])).toBe(head)
    expect(requests.list()[0]?.status).toBe(301)
  })

  it('a repository renamed during the night keeps its commit', async () => {
    const { libraries } = simulator.get().world
    const before = await remoteHead('sim-astro/photutils-mini')
    libraries.change('sim-astro/photutils-mini', { owner: 'sim-surveys' })
    expect(await remoteHead('sim-astro/photutils-mini')).toBe(before)
    expect(await remoteHead('sim-surveys/photutils-mini')).toBe(before)
  })

  it.each(['sim-astro/astro-gone', 'sim-astro/never-was'])(
    '%s that does not exist requests credentials',
    async (name) => {
      const { code, stderr } = await git(scratch.get(), ['ls-remote', addressOf(simulator.get(), name)])
      expect(code).toBe(128)
      expect(stderr.includes('could not read Username')).toBe(true)
      const answer = await fetch(`${addressOf(simulator.get(), name)}/info/refs?service=git-upload-pack`)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="GitHub"')
    },
  )

  it('refuses a repository that is taken down, with the reason', async () => {
    const address = addressOf(simulator.get(), 'sim-astro/astro-blocked')
    const { code, stderr } = await git(scratch.get(), ['ls-remote', address])
    expect(code).toBe(128)
    expect(stderr.includes('remote: Repository unavailable due to DMCA takedown.')).toBe(true)
    expect(stderr.includes('The requested URL returned error: 403')).toBe(true)
  })
})

describe('the git server', () => {
  it('the git server refuses the dumb protocol, pushes and unknown requests', async () => {
    const base = addressOf(simulator.get(), 'sim-astro/astro-tables')
    const statusOf = async (path: string, init?: RequestInit) => (await fetch(base + path, init)).status
    expect(await statusOf('/info/refs')).toBe(403)
    expect(await statusOf('/HEAD')).toBe(403)
    expect(await statusOf('/info/refs?service=git-receive-pack')).toBe(401)
    expect(await statusOf('/git-upload-pack')).toBe(405)
    expect(await statusOf('/git-upload-pack', { method: 'POST', body: '0000' })).toBe(415)
    expect(await statusOf('/tree/main')).toBe(404)
  })

  it('the git server reads a compressed request like a plain one', async () => {
    const address = `${addressOf(simulator.get(), 'sim-astro/astro-tables')}/git-upload-pack`
    const body = '0014command=ls-refs\n00010009peel\n0000'
    const headers = { 'content-type': REQUEST_TYPE, 'git-protocol': 'version=2' }
    const plain = await fetch(address, { method: 'POST', headers, body })
    const packed = await fetch(address, {
      method: 'POST',
      headers: { ...headers, 'content-encoding': 'gzip' },
      body: gzipSync(body),
    })
    const text = await plain.text()
    expect(text.includes('refs/heads/main')).toBe(true)
    expect(await packed.text()).toBe(text)
  })

  it('the git server says what is wrong with a request', async () => {
    const answer = await fetch(`${addressOf(simulator.get(), 'sim-astro/astro-tables')}/git-upload-pack`, {
      method: 'POST',
      headers: { 'content-type': REQUEST_TYPE },
      body: `0032want ${'0'.repeat(39)}1\n00000009done\n`,
    })
    expect(answer.status).toBe(200)
    expect((await answer.text()).includes('ERR upload-pack: not our ref')).toBe(true)
  })

  it('the git server supports faults: a truncated response, an unavailable service', async () => {
    const { faults } = simulator.get()
    const address = addressOf(simulator.get(), 'sim-astro/SkyMap')
    faults.set('git', { kind: 'cut', match: 'git-upload-pack$' })
    const cut = await git(scratch.get(), ['clone', '--depth', '1', address, await freshTarget()])
    faults.set('git', { kind: 'status', status: 503 })
    const away = await git(scratch.get(), ['ls-remote', address])
    faults.clear()
    expect([cut.code, away.code]).toEqual([128, 128])
    expect(away.stderr.includes('The requested URL returned error: 503')).toBe(true)
  })

  it('the git server names a library that the world does not have', async () => {
    await expect(simulator.get().world.git.headOf('nobody/nothing')).rejects.toThrow(RangeError)
  })
})

describe('two simulators', () => {
  it('two simulators have the same commits, whatever the order of requests', async () => {
    const [one, other] = await Promise.all([startSimulator(), startSimulator()])
    const name = 'sim-cosmo/cosmotools'
    try {
      const first = await one.world.git.headOf(name)
      // pushed to one by one here, made at once there
      one.world.libraries.push(name)
      const second = await one.world.git.headOf(name)
      one.world.libraries.push(name)
      const third = await one.world.git.headOf(name)
      expect(await other.world.git.headOf(name)).toBe(first)
      other.world.libraries.push(name)
      other.world.libraries.push(name)
      expect(await other.world.git.headOf(name)).toBe(third)
      expect(new Set([first, second, third]).size).toBe(3)
    } finally {
      await Promise.all([one.close(), other.close()])
    }
  })

  it('two simulators remake a repository after it became another one', async () => {
    const name = 'sim-cosmo/planck-maps'
    const [one, other] = await Promise.all([startSimulator(), startSimulator()])
    try {
      const notebooks = await one.world.git.headOf(name)
      one.world.libraries.change(name, { kind: 'plain', pushes: 2 })
      other.world.libraries.change(name, { kind: 'plain', pushes: 2 })
      const plain = await one.world.git.headOf(name)
      expect(plain).toBe(await other.world.git.headOf(name))
      expect(plain).not.toBe(notebooks)
    } finally {
      await Promise.all([one.close(), other.close()])
    }
  })
})

describe('a simulator that is closed', () => {
  let folder: string
  let before: string | undefined

  beforeEach(async () => {
    before = process.env['TMPDIR']
    folder = await mkdtemp(join(tmpdir(), 'almanac-test-closed-'))
    await mkdir(join(folder, 'temporary'))
    process.env['TMPDIR'] = join(folder, 'temporary')
  })

  afterEach(async () => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    await rm(folder, { recursive: true, force: true })
  })

  it('makes no folder before the first request, and leaves none when closed', async () => {
    const server = await startSimulator()
    expect(await readdir(join(folder, 'temporary'))).toEqual([])
    expect(await remoteHead('sim-astro/astro-tables', server)).toBeDefined()
    expect(await readdir(join(folder, 'temporary'))).toHaveLength(1)
    await server.close()
    expect(await readdir(join(folder, 'temporary'))).toEqual([])
  })

  it('leaves no folder after a client that left and a repository that was being made', async () => {
    const server = await startSimulator()
    const stop = new AbortController()
    const address = addressOf(server, 'sim-astro/astro-giant')
    const leaving = git(folder, ['clone', '--depth', '1', address, join(folder, 'tree')], stop.signal)
    const making = server.world.git.headOf('sim-astro/astro-giant')
    stop.abort(new Error('left'))
    await expect(leaving).rejects.toThrow('left')
    const [made] = await Promise.allSettled([making, server.close()])
    // made in time or stopped: either is well, as long as nothing stays
    if (made.status === 'rejected')
      expect(String(made.reason)).toMatch(/ended with SIGKILL|simulator is closed/)
    expect(await readdir(join(folder, 'temporary'))).toEqual([])
    await expect(server.world.git.headOf('sim-astro/SkyMap')).rejects.toThrow('closed')
    expect(await readdir(join(folder, 'temporary'))).toEqual([])
  })
})

/** The bundle of the command: always matches the sources, is built only when they change, and is optional where it cannot be written. */
import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { text } from 'node:stream/consumers'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { packageRoot } from '../../system/package-root.ts'

interface BundleModule {
  freshBundle: (root: string) => Promise<string | undefined>
}

let root: string
let freshBundle: BundleModule['freshBundle']

/** A clone with the real `bin/` and `almanac`, and a command that prints what `greeting.ts` says. */
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'almanac bundle '))
  cpSync(join(packageRoot, 'bin'), join(root, 'bin'), { recursive: true })
  cpSync(join(packageRoot, 'almanac'), join(root, 'almanac'))
  write('package.json', '{ "type": "module" }')
  write('package-lock.json', '{ "packages": {} }')
  write('cli/main.ts', `import { greeting } from './greeting.ts'\n${MAIN}`)
  write('cli/greeting.ts', greeting('first'))
  write('worker/build-bundle.ts', 'export {}')
  write('activities/pipeline/programs/own.ts', 'export {}')
  write('local/contextmaker-venv.ts', 'export {}')
  for (const file of [
    'local/file-lock.mjs',
    'local/process-identity.mjs',
    'system/bundle.mjs',
    'system/make-folder.mjs',
  ])
    cpSync(join(packageRoot, file), join(root, file))
  mkdirSync(join(root, 'node_modules'))
  for (const name of ['esbuild', '@esbuild', 'tsx', 'get-tsconfig'].filter((name) =>
    existsSync(installed(name)),
  ))
    symlinkSync(installed(name), join(root, 'node_modules', name))
  write('node_modules/.package-lock.json', '{ "packages": {} }')
  const module = (await import(pathToFileURL(join(root, 'bin', 'bundle.mjs')).href)) as BundleModule
  freshBundle = module.freshBundle
})
afterEach(() => {
  chmodSync(root, 0o755)
  rmSync(root, { recursive: true })
})

const MAIN = `
export async function main(argv: string[]): Promise<number> {
  const { last } = await import('./last.ts')
  console.log([greeting, last, ...argv].join(' '))
  if (argv.includes('throw')) console.log(new Error('here').stack)
  return 4
}
`

const greeting = (word: string) => `export const greeting: string = '${word}'\n`

const installed = (name: string) => join(packageRoot, 'node_modules', name)

function write(file: string, content: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), content)
}

/** Runs `almanac`; with `isReadOnly` the user cannot write to the clone. */
function almanac(
  args: string[],
  { file = join(root, 'almanac'), env = process.env, isReadOnly = false } = {},
) {
  const isRoot = process.getuid?.() === 0
  if (isReadOnly) chmodSync(root, 0o555)
  const user = isReadOnly && isRoot ? { uid: 65_534, gid: 65_534 } : {}
  return spawnSync(file, args, { cwd: tmpdir(), encoding: 'utf8', env: { ...env, HOME: '/' }, ...user })
}

const bundles = () => readdirSync(join(root, 'dist')).filter((name) => name !== 'bundle.json')

describe('the bundle', () => {
  beforeEach(() => {
    write('cli/last.ts', `export const last = 'to last'\n`)
  })

  it('builds the bundle once per state of the sources', async () => {
    const folder = await freshBundle(root)
    const built = join(root, 'dist', 'bundle.json')
    const before = statSync(built, { bigint: true }).mtimeNs
    expect(await freshBundle(root)).toBe(folder)
    expect(statSync(built, { bigint: true }).mtimeNs).toBe(before)
    expect(bundles()).toHaveLength(1)
  })

  it('rebuilds the bundle for each change of a source, and for a reverted one', () => {
    expect(almanac(['a']).stdout).toBe('first to last a\n')
    write('cli/greeting.ts', greeting('later'))
    expect(almanac(['b']).stdout).toBe('later to last b\n')
    write('cli/last.ts', `export { last } from './added.ts'\n`)
    write('cli/added.ts', `export const last = 'added'\n`)
    expect(almanac([]).stdout).toBe('later added\n')
    write('cli/added.ts', `export const last = 'changed'\n`)
    expect(almanac([]).stdout).toBe('later changed\n')
    write('cli/greeting.ts', greeting('first'))
    write('cli/last.ts', `export const last = 'to last'\n`)
    rmSync(join(root, 'cli', 'added.ts'))
    expect(almanac([])).toMatchObject({ stdout: 'first to last\n', status: 4 })
  })

  it('rebuilds the bundle when other packages are installed', async () => {
    const folder = await freshBundle(root)
    write('node_modules/.package-lock.json', '{ "packages": { "node_modules/a": { "optional": true } } }')
    expect(await freshBundle(root)).not.toBe(folder)
  })

  it('replaces all bundles but the previous one', async () => {
    const folders: (string | undefined)[] = []
    for (const word of ['one', 'two', 'three']) {
      write('cli/greeting.ts', greeting(word))
      folders.push(await freshBundle(root))
    }
    expect(bundles().toSorted()).toEqual(
      folders
        .slice(1)
        .map((folder) => folder?.slice(join(root, 'dist/').length))
        .toSorted(),
    )
  })

  it('shares one bundle between commands that start together', async () => {
    const both = ['a', 'b'].map((word) => spawn(join(root, 'almanac'), [word]))
    const said = await Promise.all(both.map(({ stdout }) => text(stdout)))
    expect(said).toEqual(['first to last a\n', 'first to last b\n'])
    expect(bundles()).toHaveLength(1)
  })

  it('a failed build leaves nothing behind and names the line', async () => {
    write('cli/greeting.ts', 'export const greeting = ')
    await expect(freshBundle(root)).rejects.toThrow('cli/greeting.ts:1:')
    expect(bundles()).toEqual([])
  })

  it('names source lines in the stack of an error with --verbose', () => {
    expect(almanac(['throw', '--verbose']).stdout).toMatch(/Error: here\n\s+at .*cli\/main\.ts:\d+:\d+/)
  })
})

describe.skipIf(process.platform === 'win32')('./almanac', () => {
  beforeEach(() => {
    write('cli/last.ts', `export const last = 'to last'\n`)
  })

  it('./almanac runs through links from another folder', () => {
    mkdirSync(join(root, 'links'))
    symlinkSync('../almanac', join(root, 'links', 'relative'))
    symlinkSync(join(root, 'links', 'relative'), join(root, 'links', 'absolute'))
    expect(almanac(['x'], { file: join(root, 'links', 'absolute') }).stdout).toBe('first to last x\n')
  })

  it('./almanac runs for a user without write access to the clone, with and without a matching bundle', () => {
    expect(almanac([], { isReadOnly: true }).stdout).toBe('first to last\n')
    expect(existsSync(join(root, 'dist'))).toBe(false)
    chmodSync(root, 0o755)
    almanac([])
    const built = readFileSync(join(root, 'dist', 'bundle.json'), 'utf8')
    expect(almanac([], { isReadOnly: true }).stdout).toBe('first to last\n')
    chmodSync(root, 0o755)
    write('cli/greeting.ts', greeting('changed'))
    expect(almanac([], { isReadOnly: true }).stdout).toBe('changed to last\n')
    expect(readFileSync(join(root, 'dist', 'bundle.json'), 'utf8')).toBe(built)
  })

  it('./almanac says what is needed if there is no Node', () => {
    const { status, stderr } = almanac([], { env: { PATH: root } })
    expect(stderr).toBe(
      'Almanac needs Node 20.19 or newer, and there is no node on PATH. Install it from https://nodejs.org.\n',
    )
    expect(status).toBe(1)
  })
})

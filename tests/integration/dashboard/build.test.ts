/** The build of the page: matches its sources, is made only when they change, and holds up nothing where it cannot be made. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { matchingBundle } from '../../../system/bundle.mjs'
import { packageRoot } from '../../../system/package-root.ts'

let root: string

/** A clone with the real `bin/` and a page of one script. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'almanac page '))
  cpSync(join(packageRoot, 'bin'), join(root, 'bin'), { recursive: true })
  mkdirSync(join(root, 'system'))
  cpSync(join(packageRoot, 'system', 'bundle.mjs'), join(root, 'system', 'bundle.mjs'))
  symlinkSync(join(packageRoot, 'node_modules'), join(root, 'node_modules'))
  write('package.json', '{ "type": "module" }')
  write('dashboard/index.html', '<!doctype html><script type="module" src="./main.tsx"></script>')
  write(
    'dashboard/main.tsx',
    `import './style/index.css'\nimport { word } from './words.ts'\ndocument.title = word`,
  )
  write('dashboard/words.ts', `export const word: string = 'first'`)
  write('dashboard/style/index.css', `@import './theme.css';`)
  write('dashboard/style/theme.css', 'body { color: red; }')
})
afterEach(() => {
  chmodSync(root, 0o755)
  rmSync(root, { recursive: true })
})

function write(file: string, content: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), content)
}

/** Does what a start with these words does before it needs the page; exit code 1: the page is not there. */
function prepared(argv: string[], user: { uid?: number; gid?: number } = {}) {
  const script = `
    const { freshDashboard } = await import(${JSON.stringify(pathToFileURL(join(root, 'bin', 'dashboard.mjs')).href)})
    process.exitCode = (await freshDashboard(${JSON.stringify(root)}, ${JSON.stringify(argv)})) ? 0 : 1`
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    cwd: root,
    ...user,
  })
}

const folder = () => matchingBundle(root, 'dashboard')
const scriptOf = (built: string | undefined) => {
  const assets = join(built ?? '', 'assets')
  const name = readdirSync(assets).find((file) => file.endsWith('.js.br')) ?? ''
  return brotliDecompressSync(readFileSync(join(assets, name))).toString()
}

describe('the page', () => {
  it('is built once per state of its sources, compressed, for the commands that show it', () => {
    expect(prepared(['runs']).status).toBe(0)
    expect(folder()).toBeUndefined()
    const started = prepared(['up', '--demo'])
    expect([started.status, started.stderr]).toEqual([0, expect.stringContaining('Building the page')])
    const first = folder()
    expect(scriptOf(first)).toContain('first')
    expect(prepared(['serve']).stderr).toBe('')
    write('dashboard/words.ts', `export const word: string = 'second'`)
    expect(folder()).toBeUndefined()
    expect(prepared(['prepare']).status).toBe(0)
    expect(scriptOf(folder())).toContain('second')
    expect(folder()).not.toBe(first)
    write('dashboard/style/theme.css', 'body { color: blue; }')
    expect(folder()).toBeUndefined()
  })

  it('that does not compile is told with its file, and leaves nothing behind', () => {
    write('dashboard/words.ts', 'export const word = ')
    const { status, stderr } = prepared(['up'])
    expect(status).toBe(1)
    expect(stderr).toContain('words.ts')
    expect(readdirSync(join(root, 'dist'))).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('is left out, and told, where this user cannot write', () => {
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    chmodSync(root, 0o555)
    const { status, stderr } = prepared(['up'], user)
    expect(status).toBe(1)
    expect(stderr).toContain(`The page is not built: ${root} cannot be written by this user.`)
  })
})

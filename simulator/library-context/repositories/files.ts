/** What every kind of simulated repository holds. */
import { createCipheriv, createHash } from 'node:crypto'
import type { SimulatedLibrary } from '../libraries.ts'
import { hostileConf, jupytextConfig, slowMakefile } from './hostile.ts'
import { codeOf, documentedCodeOf, pythonPackage, type PythonPackage } from './package-template.ts'
import { SLOW_TREES } from './slow-trees.ts'
import { hook, lfs, submodules, symlinks } from './tricks.ts'
import { file, replaced, type TreeFile } from './tree-file.ts'

/** Well above a size cap of 50 MB, in files that GitHub would still take (100 MB each). */
const HUGE_FILES = 3
const HUGE_FILE_BYTES = 20_000_000

/**
 * The files of a library's commit number `push`, the first being 1: always the same for the same library. `port` is the
 * simulator's; only payloads that connect to it contain it. An empty repository has none.
 */
export function filesOf(library: SimulatedLibrary, push: number, port: number): TreeFile[] {
  const fullName = firstName(library)
  const made = pythonPackage({ fullName, description: library.description, version: push })
  switch (library.kind) {
    case 'empty':
      return []
    case 'plain':
      return codeOf(made)
    case 'sphinx':
      return documentedCodeOf(made)
    case 'notebooks':
      return made.files.filter(({ path }) => !path.startsWith('docs/'))
    case 'docs-only':
      return made.files.filter(({ path }) => path === 'README.md' || /^docs\/.*\.md$/.test(path))
    case 'title-only':
      return [file('data/table.csv', table(push))]
    case 'broken-docs':
      return brokenDocs(made)
    case 'huge':
      return [...codeOf(made), ...noise(fullName)]
    case 'symlinks':
      return symlinks(made)
    case 'submodules':
      return submodules(made)
    case 'hook':
      return hook(made)
    case 'lfs':
      return lfs(made)
    case 'slow-makefile':
      return slowMakefile(made)
    case 'jupytext-config':
      return jupytextConfig(made)
    case 'slow-readme':
    case 'slow-names':
    case 'many-fences':
    case 'large-notebook':
    case 'many-files':
      return SLOW_TREES[library.kind](made)
    default:
      return hostileConf(made, library.kind, port)
  }
}

/** A repository keeps its content when it is renamed, so the content follows the oldest name. */
function firstName({ owner, name, formerNames }: SimulatedLibrary): string {
  return formerNames[0] ?? `${owner}/${name}`
}

function table(push: number): string {
  const rows = Array.from({ length: 20 }, (_, at) => `${at},${at * at + push}`)
  return `object,counts\n${rows.join('\n')}\n`
}

/** Sphinx reads nested quotes by recursion and gives up (exit 2) somewhere between 150 and 200 levels, measured. */
const NESTED_QUOTES = 300

/** No settings make these pages build: their own cannot be read, and the first page nests too deeply. */
function brokenDocs(made: PythonPackage): TreeFile[] {
  const conf = 'import a_package_that_nobody_has\n\nextensions = ["a_package_that_nobody_has.extension"]\n'
  const levels = Array.from({ length: NESTED_QUOTES }, (_, at) => `${' '.repeat(at)}level ${at}`)
  const index = `${made.title}\n${'='.repeat(made.title.length)}\n\n${levels.join('\n\n')}\n`
  return replaced(documentedCodeOf(made), [file('docs/conf.py', conf), file('docs/index.rst', index)])
}

/** Incompressible bytes, the same every time: a cipher's key stream. */
function noise(fullName: string): TreeFile[] {
  const key = createHash('sha256').update(fullName).digest()
  return Array.from({ length: HUGE_FILES }, (_, at) => {
    const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16, at))
    return { path: `data/part${at}.bin`, content: cipher.update(Buffer.alloc(HUGE_FILE_BYTES)) }
  })
}

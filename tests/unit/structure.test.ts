/** The house's shape: imports point one way, nothing imports tests, files have names that say something. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../system/package-root.ts'

/** What a floor must never import: a folder of ours (`only types` excepted) or a package. */
const FORBIDDEN: Record<string, { folders: string[]; typesOnly: string[]; packages: RegExp }> = {
  workflows: {
    folders: ['upstreams', 'db', 'worker', 'client', 'local', 'simulator', 'bench', 'cli'],
    typesOnly: ['activities'],
    packages: /^(?!@temporalio\/(workflow|common)$)/,
  },
  activities: {
    folders: ['worker', 'client', 'local', 'simulator', 'bench', 'cli'],
    typesOnly: ['workflows'],
    packages: /^@temporalio\/(client|worker|workflow)/,
  },
  upstreams: {
    folders: ['workflows', 'activities', 'db', 'worker', 'client', 'local', 'simulator', 'bench', 'cli'],
    typesOnly: [],
    packages: /^(@temporalio\/|pg$|drizzle-orm)/,
  },
  db: {
    folders: [
      'workflows',
      'activities',
      'upstreams',
      'worker',
      'client',
      'local',
      'simulator',
      'bench',
      'cli',
    ],
    typesOnly: [],
    packages: /^@temporalio\//,
  },
  wording: {
    folders: [
      'workflows',
      'activities',
      'upstreams',
      'db',
      'worker',
      'client',
      'config',
      'local',
      'simulator',
      'system',
      'bench',
      'cli',
    ],
    typesOnly: [],
    packages: /./,
  },
  simulator: {
    folders: ['workflows', 'activities', 'upstreams', 'db', 'worker', 'client', 'local', 'bench', 'cli'],
    typesOnly: [],
    packages: /^(@temporalio\/|pg$|drizzle-orm)/,
  },
  local: {
    folders: ['workflows', 'activities', 'upstreams', 'worker', 'bench', 'cli'],
    typesOnly: [],
    packages: /^@temporalio\/(worker|workflow|activity)/,
  },
  worker: { folders: ['simulator', 'bench', 'cli'], typesOnly: [], packages: /^@temporalio\/workflow/ },
  client: {
    folders: ['bench', 'cli'],
    typesOnly: ['workflows'],
    packages: /^@temporalio\/(workflow|activity)/,
  },
}

const NAMELESS = /^(utils?|helpers?|common|types?|manager|misc|shared)\.m?ts$/

/** Relative paths of all TypeScript files of a folder. */
function filesOf(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
}

interface Import {
  /** Folder of ours (or file at the top), or the package. */
  from: string
  ours: boolean
  type: boolean
}

/** The imports and re-exports of a file's text. */
function importsOf(file: string, text: string): Import[] {
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
  )
  return [...found].map(([, type, statement, dynamic]) => {
    const target = statement ?? dynamic ?? ''
    const ours = target.startsWith('.')
    const path = ours ? relative(packageRoot, join(packageRoot, file, '..', target)) : target
    return { from: ours ? (path.split('/')[0] ?? '') : path, ours, type: type !== undefined }
  })
}

/** What a file of a floor imports against the rules, one sentence each. */
function violations(file: string, text: string): string[] {
  const floor = file.split('/')[0] ?? ''
  const rules = FORBIDDEN[floor]
  return importsOf(file, text)
    .filter(({ from, ours, type }) => {
      if (ours && from === 'tests') return true
      if (rules === undefined) return false
      if (!ours) return rules.packages.test(from)
      return rules.folders.includes(from) || (!type && rules.typesOnly.includes(from))
    })
    .map(({ from }) => `${file} imports ${from}`)
}

const floors = [...Object.keys(FORBIDDEN), 'bench']
const sources = floors.flatMap(filesOf)
const topLevel = readdirSync(packageRoot).filter((file) => file.endsWith('.ts'))

describe('the floors', () => {
  it.each(Object.keys(FORBIDDEN))('%s imports nothing from above', (floor) => {
    const files = filesOf(floor)
    expect(files).not.toEqual([])
    expect(files.flatMap((file) => violations(file, readFileSync(join(packageRoot, file), 'utf8')))).toEqual(
      [],
    )
  })

  it('have no import of tests, anywhere', () => {
    for (const file of [...sources, ...topLevel])
      expect(
        importsOf(file, readFileSync(join(packageRoot, file), 'utf8')).map(({ from }) => from),
        file,
      ).not.toContain('tests')
  })

  it.each([
    ['workflows/a.ts', "import { readFile } from 'node:fs'", 'node:fs'],
    ['workflows/a.ts', "import {\n  createActivities,\n} from '../activities/index.ts'", 'activities'],
    ['activities/x/a.ts', "export { Client } from '@temporalio/client'", '@temporalio/client'],
    ['upstreams/a.ts', "import type { Db } from '../db/database.ts'", 'db'],
    ['db/queries/a.ts', "const { log } = await import('@temporalio/activity')", '@temporalio/activity'],
    ['worker/a.ts', "import '../tests/support/stack.ts'", 'tests'],
  ])('are told apart: %s may not say %s', (file, text, from) => {
    expect(violations(file, text)).toEqual([`${file} imports ${from}`])
  })

  it('have no file whose name says nothing', () => {
    const names = [...sources, ...topLevel].filter((file) => NAMELESS.test(file.split('/').at(-1) ?? ''))
    expect(names).toEqual([])
  })
})

/** Shared code names no pipeline, no table of one and no upstream: what belongs to a pipeline is in its column. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../system/package-root.ts'
import { projectFiles } from '../support/project-files.ts'

/**
 * Shared files that still name something, sorted, and what they name. Nothing is added to this list, and a name that is gone
 * from its file must leave it.
 */
const EXCEPTIONS: Record<string, string> = {
  '.ci/run': 'mlflow',
  '.oxfmtrc.json': 'library-context',
  Dockerfile: 'library-context',
  'bench/bench-stack.ts': 'curseforge github mod-stats modrinth',
  'cli/commands/groups/machine.ts': 'match-results',
  'cli/commands/spool.ts': 'candles',
  'cli/service-unit.ts': 'match-results',
  'client/run-children.ts': 'library-context',
  'client/run-view.ts': 'library-context',
  'client/runs.ts': 'mod-stats',
  'core/run-outcome.ts': 'modrinth',
  'docker-compose.yml': 'curseforge library-context',
  'tests/integration/dashboard/collected.test.ts': 'crypto-forecast library-context match-results mod-stats',
  'tests/integration/dry-run.test.ts': 'crypto-forecast library-context match-results mod-stats',
  'tests/integration/schedules.test.ts': 'crypto-forecast library-context match-results mod-stats',
  'tests/support/command.ts': 'curseforge',
  'tests/support/mlflow-requirements.txt': 'mlflow',
  'tests/support/spool-kills.ts': 'candles',
  'tests/support/spool-process.ts': 'binance crypto-forecast',
  'tests/support/stack.ts':
    'coingecko crypto-forecast curseforge github match-results mod-stats modrinth mods',
  'tests/support/time-skipping.ts': 'mod-stats',
  'tests/support/truth.ts':
    'curseforge daily_stats mod-stats modpack_stats modpacks modrinth mods version_stats',
  'tests/unit/workflows/policies.test.ts': 'crypto-forecast library-context match-results mod-stats',
  'upstreams/gate.ts': 'binance github modrinth',
  'upstreams/http.ts': 'modrinth',
  'upstreams/payload.ts': 'curseforge modrinth',
  'upstreams/retry-after.ts': 'binance',
}

/** Files of upstreams/ that serve all upstreams; every other file or folder there is one. */
const SHARED_BY_UPSTREAMS = [
  'budgets',
  'calls',
  'challenge',
  'credentials',
  'fields',
  'gate',
  'http',
  'members',
  'payload',
  'redirect',
  'refusal',
  'retry-after',
  'sleep',
  'user-agent',
]

/** Not code: documents, settings of the user, recorded and generated files; and this list. */
const NOT_CODE =
  /\.md$|^(docs|db\/migrations|tests\/golden|tests\/replay\/histories)\/|^(LICENSE|almanac\.example\.yaml|\.env\.example|package-lock\.json|tests\/unit\/shared-code\.test\.ts)$/

const ids = readdirSync(join(packageRoot, 'activities'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const upstreams = readdirSync(join(packageRoot, 'upstreams'))
  .map((file) => basename(file, '.ts'))
  .filter((name) => !SHARED_BY_UPSTREAMS.includes(name))
const tables = ids.flatMap((id) =>
  [...textOf(`db/schema/${id}.ts`).matchAll(/pgTable\(\s*'(\w+)'/g)].flatMap(([, name]) => name ?? []),
)
const names = [
  ...[...ids, ...upstreams].map((name) => ({ name, pattern: anySpelling(name) })),
  ...tables.map((name) => ({ name, pattern: name.includes('_') ? anySpelling(name) : tableWord(name) })),
  // `git` is also a program that shared code may run, and part of many words.
].filter(({ name }) => name !== 'git')

function textOf(file: string): string {
  return readFileSync(join(packageRoot, file), 'utf8')
}

/** `mod-stats`, `modStats`, `MOD_STATS`, `mod stats`, also within a longer name. */
function anySpelling(name: string): RegExp {
  return new RegExp(name.replaceAll(/[-_]/g, '[-_ ]?'), 'i')
}

/** A table whose name is a common word counts in a string, as a property and in SQL. */
function tableWord(name: string): RegExp {
  return new RegExp(`(['"\`.]|\\b(from|into|join|update|table) )${name}\\b(?!\\()`)
}

/** Whether a file is in the column of a pipeline, or belongs to the client of an upstream. */
function isInColumn(file: string): boolean {
  const parts = file.replace('tests/unit/', '').split('/')
  if (
    parts.some((part) =>
      ids.some((id) => part === id || part.startsWith(`${id}.`) || part.startsWith(`${id}-`)),
    )
  )
    return true
  const [folder, name = ''] = parts
  return folder === 'upstreams' && upstreams.includes(basename(name, '.ts'))
}

/** A line of an index: an import, an export, or an entry of a list or table that is one name, call or import. */
const INDEX_LINE =
  /^((import|export) .*'[^']+'|export const \w+ = \[[\w, ]+\] as const|\s+(\.\.\.)?(('[\w-]+'|\w+): )?((\(\) => )?import\('[^']+'\)|[\w.]+(\(\w*\))?),)$/

/** The indexes of the floors, by their names. */
const INDEX = /(^|\/)index\.ts$|(^|\/)by-pipeline\.ts$/
/** Those of other names. */
const INDEXES = ['db/writable-tables.ts', 'simulator/flags.ts']

/** A test that names so many pipelines lists them; fewer are examples. */
const LISTED = 4

/** What a file names; an index has a line or two for each pipeline, and a test takes one as its example but does not list all. */
function namedIn(file: string, text: string): string[] {
  const lines = text.split('\n')
  const judged =
    INDEX.test(file) || INDEXES.includes(file) ? lines.filter((line) => !INDEX_LINE.test(line)) : lines
  const found = names.filter(({ pattern }) => pattern.test(judged.join('\n'))).map(({ name }) => name)
  if (!file.endsWith('.test.ts')) return [...new Set(found)].toSorted()
  return ids.filter((id) => found.includes(id)).length >= LISTED ? ids.filter((id) => found.includes(id)) : []
}

/** Files of the project that are code, relative to its root. */
const codeFiles = () => projectFiles().filter((file) => !NOT_CODE.test(file))

describe('shared code', () => {
  it('shared code names no pipeline, table or upstream beyond the exceptions', () => {
    const found = codeFiles()
      .filter((file) => !isInColumn(file))
      .map((file) => [file, namedIn(file, textOf(file)).join(' ')] as const)
      .filter(([, named]) => named !== '')
    expect(Object.fromEntries(found)).toEqual(EXCEPTIONS)
  })

  it('the list of exceptions is sorted', () => {
    const files = Object.keys(EXCEPTIONS)
    expect(files).toEqual(files.toSorted())
  })
})

describe('the search for names', () => {
  it.each([
    ['worker/a.ts', "if (id === 'mod-stats') return", ['mod-stats']],
    ['worker/a.ts', 'const runModStats = 1', ['mod-stats']],
    ['worker/a.ts', 'env.MODRINTH_URL', ['modrinth']],
    ['worker/a.ts', 'select * from mods join daily_stats', ['daily_stats', 'mods']],
    ['worker/a.ts', 'schema.dailyStats', ['daily_stats']],
    ['worker/a.ts', '// Binance bans an address', ['binance']],
    ['worker/activities.ts', "  if (id === 'mod-stats') return modStats(dependencies)", ['mod-stats']],
    ['cli/by-pipeline.ts', "if (id === 'mod-stats') return", ['mod-stats']],
    ['tests/support/a.ts', "runOf('mod-stats')", ['mod-stats']],
    ['tests/integration/a.test.ts', ids.join(), ids],
  ])('finds names in %s: %s', (file, text, named) => {
    expect(isInColumn(file)).toBe(false)
    expect(namedIn(file, text)).toEqual(named)
  })

  it.each([
    ['worker/a.ts', 'a text that matches no mods'],
    ['db/schema/index.ts', "export * from './mod-stats.ts'"],
    ['bench/index.ts', "  'mod-stats': () => import('./mod-stats/index.ts'),"],
    ['cli/commands/index.ts', '  ...createModStats(dependencies),'],
    ['wording/by-pipeline.ts', "export { modStats as 'mod-stats' } from './mod-stats/index.ts'"],
    ['tests/integration/a.test.ts', "runOf('mod-stats')"],
  ])('finds no names in %s: %s', (file, text) => {
    expect(namedIn(file, text)).toEqual([])
  })

  it.each([
    'activities/mod-stats/a.ts',
    'db/schema/mod-stats.ts',
    'tests/unit/cli/mod-stats/a.ts',
    'upstreams/modrinth.ts',
    'upstreams/git/a.ts',
    'tests/unit/upstreams/github/a.ts',
  ])('skips %s, which belongs to a column or an upstream', (file) => {
    expect(isInColumn(file)).toBe(true)
  })
})

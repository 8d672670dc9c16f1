import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { ActivityContext } from '../../../activities/library-context/activity-context.ts'
import type { RowsByTable } from '../../../db/write-call.ts'
import { publishAll } from '../../../activities/library-context/publish.ts'
import { importer } from '../../../cli/library-context/import/index.ts'
import type { FileReport } from '../../../cli/import/file-report.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { command } from '../../support/command.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { describeRecorded, recorded, recording } from '../../unit/upstreams/recordings.ts'
import { SHARED } from '../../support/shared-folder.ts'

const recordings = (path: string) => fileURLToPath(new URL(`recordings/libraries/${path}`, SHARED))
const AUGUST = 'astronomy-libraries.2025-08-12.fd715c6.json'
const SEPTEMBER = 'astronomy-libraries.2025-09-27.a4a15b5.json'
const TABLES = ['libraries', 'library_snapshots', 'library_contexts', 'library_names', 'library_attempts']
/** Later than every recording, on whatever day the tests run. */
const now = new Date('2026-11-21T10:30:00Z')
const retryBudget = { ms: 0, signal: new AbortController().signal }

let database: TestDatabase
let folder: string
let contexts: string
beforeEach(async () => {
  database = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'almanac-import-'))
  contexts = join(folder, 'contexts')
  mkdirSync(contexts)
  mkdirSync(join(folder, 'state'))
  const astronomy = { description: 'Astronomy', keywords: ['astro', 'poppy'] }
  const tracked = {
    'mod-stats': { mods: [{ modrinth: 'createnuclear' }] },
    'library-context': { domains: { astronomy } },
  }
  writeFileSync(join(folder, 'almanac.yaml'), stringify(tracked))
})
afterEach(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const settings = () => ({
  DATABASE_URL: database.url,
  ALMANAC_CONFIG: join(folder, 'almanac.yaml'),
  ALMANAC_STATE_DIR: join(folder, 'state'),
})

interface Entry {
  name: string
  stars: number
  rank?: number
  hasContextFile?: boolean
  contextFileName?: string | null
}

function listFile(name: string, ...libraries: Entry[]): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify({ libraries, domain: 'astronomy' }))
  return path
}

/** A text of the size of a small real context; every library has another one. */
const textOf = (title: string) =>
  Array.from({ length: 60 }, (_, at) => `${title} computes quantity ${at} of a catalogue.`).join('\n')

function contextFile(name: string, text = textOf(name)): string {
  const path = join(contexts, name)
  writeFileSync(path, text)
  // Copied long after it was made, as files of a checkout are.
  utimesSync(path, new Date('2026-10-01T00:00:00Z'), new Date('2026-10-01T00:00:00Z'))
  return path
}

async function imported(files: string[], options: { date?: string } = {}): Promise<FileReport[]> {
  const config = loadConfig({ env: settings(), root: folder })
  return (await importer.run(config, { files, options, now, verbose: true })).files
}

/** Every value of every table that an import may touch. */
async function contents(): Promise<unknown> {
  const tables = TABLES.map(async (name) => {
    const rows = await database.select(
      sql`select * from ${sql.identifier(name)} as t order by to_jsonb(t)::text`,
    )
    return [name, rows] as const
  })
  return Object.fromEntries(await Promise.all(tables))
}

/** Imports twice: the second time everything is already stored. */
async function importedTwice(files: string[], options: { date?: string } = {}): Promise<FileReport[]> {
  const reports = await imported(files, options)
  const before = await contents()
  for (const [index, again] of (await imported(files, options)).entries()) {
    const { written, unchanged, skipped } = reports[index] ?? { written: 0, unchanged: 0, skipped: {} }
    expect(again).toMatchObject({ written: 0, unchanged: written + unchanged, skipped })
  }
  expect(await contents()).toEqual(before)
  return reports
}

const storedContexts = () =>
  database.select<{ library: string; file: string; engine: string; commit: string | null }>(
    sql`select library, file, engine, commit from library_contexts order by library`,
  )

/** Rows of a night at a given moment. */
const collected = (rows: RowsByTable, at: string) =>
  writeRows(database.db, rows, { observedAt: new Date(at), runId: 'library-context-night', retryBudget })

const asked = (name: string, githubId: number, stars: number) => ({
  library: name.toLowerCase(),
  name,
  githubId,
  stars,
  state: 'present',
  reason: null,
  pushedAt: null,
  sizeKb: null,
  askedAt: new Date('2026-11-20T02:00:00Z'),
})

/** Publishes the stored rows, as the end of a night does; returns the published list. */
async function published(): Promise<{ name: string; hasContextFile: boolean; contextFileName: string }[]> {
  const { tracked } = loadConfig({ env: settings(), root: folder })
  const dataDir = join(folder, 'data')
  const step = { db: database.db, settings: tracked['library-context'], dataDir, clock: () => now }
  await publishAll(step as unknown as ActivityContext)
  const text = readFileSync(join(dataDir, 'libraries', 'astronomy-libraries.json'), 'utf8')
  return (JSON.parse(text) as { libraries: never }).libraries
}

interface RecordedList {
  libraries: { name: string; hasContextFile: boolean; contextFileName: string }[]
}
const flaggedIn = (state: string) =>
  (recorded(`libraries/${state}`) as RecordedList).libraries.filter(({ hasContextFile }) => hasContextFile)

describeRecorded('the recorded list', () => {
  it('imports all 96 contexts of September, and publishes them', async () => {
    for (const { contextFileName } of flaggedIn(SEPTEMBER)) contextFile(contextFileName)
    const [list, files] = await importedTwice([recordings(SEPTEMBER), contexts])
    expect(list).toMatchObject({ kind: 'list of libraries', read: 100, written: 100, skipped: {} })
    expect(list?.notes).toEqual([
      'the list of astronomy of 2025-09-27: 100 libraries',
      "ranks follow the stars: 56 of 100 differ from the file's",
      'context flags: 96, of which 96 have their context',
    ])
    expect(files).toMatchObject({ kind: 'contexts', read: 96, written: 96, skipped: {}, problems: [] })
    const flags = (await published()).filter(({ hasContextFile }) => hasContextFile)
    expect(flags.map(({ name }) => name).toSorted()).toEqual(
      flaggedIn(SEPTEMBER)
        .map(({ name }) => name)
        .toSorted(),
    )
    for (const { name, contextFileName } of flags) {
      expect(contextFileName).toBe(`${name.replace('/', '__')}-context.txt`)
      expect(existsSync(join(folder, 'data', 'libraries', 'contexts', contextFileName))).toBe(true)
    }
  })

  it('imports 15 of 17 contexts of August; the file of two libraries named poppy is ambiguous', async () => {
    for (const { contextFileName } of flaggedIn(AUGUST)) contextFile(contextFileName)
    const [list, files] = await importedTwice([recordings(AUGUST), contexts])
    expect(list?.notes).toEqual([
      'the list of astronomy of 2025-08-12: 100 libraries',
      'context flags: 17, of which 15 have their context',
      'flag with a file that also fits another library: 2 (spacetelescope/poppy, mperrin/poppy)',
    ])
    expect(files).toMatchObject({
      read: 16,
      written: 15,
      skipped: { 'fits several libraries and is assigned to none': 1 },
    })
    expect(files?.problems.map(({ reason }) => reason)).toEqual([
      'fits several libraries and is assigned to none (found poppy-context.txt: spacetelescope/poppy, mperrin/poppy)',
    ])
    expect(await storedContexts()).toHaveLength(15)
  })

  it('finds the August files that a later collector named with the owner', async () => {
    for (const { name } of flaggedIn(AUGUST)) contextFile(`${name.replaceAll(/[/._]/g, '-')}-context.txt`)
    const [list] = await imported([recordings(AUGUST), contexts])
    expect(list?.notes.at(-1)).toBe('context flags: 17, of which 17 have their context')
  })

  it('imports a list without files with no flag, and names the libraries', async () => {
    const [list] = await importedTwice([recordings(AUGUST)])
    const names = flaggedIn(AUGUST).map(({ name }) => name)
    expect(list?.notes.slice(1)).toEqual([
      'context flags: 17, of which 0 have their context',
      `flag without a file: 17 (${names.join(', ')})`,
    ])
    expect((await published()).filter(({ hasContextFile }) => hasContextFile)).toEqual([])
  })

  it('keeps the September list when that of August is imported later', async () => {
    const both = [recordings(SEPTEMBER), recordings(AUGUST)]
    expect((await importedTwice(both)).map(({ written }) => written)).toEqual([100, 100])
    const [first] = await database.select(sql`select date::text, stars, rank from library_snapshots
      where library = 'skyfielders/python-skyfield' order by date desc limit 1`)
    expect(first).toEqual({ date: '2025-09-27', stars: 1600, rank: 1 })
    const [{ stars } = {}] = await database.select(
      sql`select stars from libraries where library = 'skyfielders/python-skyfield'`,
    )
    expect(stars).toBe(1600)
  })

  it('refuses the 44-byte title that was flagged as a context', async () => {
    contextFile('astroquery-context.txt', recording('libraries/context-empty-output.astroquery.txt'))
    mkdirSync(join(contexts, 'gwpy-context.txt'))
    const [list, files] = await importedTwice([recordings(AUGUST), contexts])
    expect(files).toMatchObject({ read: 2, written: 0, skipped: { 'rejected by the quality gate': 2 } })
    expect(files?.problems).toEqual([
      {
        line: 1,
        reason:
          'rejected by the quality gate (found astroquery-context.txt: 0 words, at least 200 required, 0 words beyond the README, at least 120 required)',
      },
      {
        line: 2,
        reason: 'rejected by the quality gate (found gwpy-context.txt: is a folder, not a file)',
      },
    ])
    expect(list?.notes).toContain('flag with a rejected file: 2 (astropy/astroquery, gwpy/gwpy)')
    expect(await storedContexts()).toEqual([])
  })
})

describeRecorded('the recorded tables', () => {
  it('imports stars as libraries with their stars, and no list', async () => {
    const files = [recordings('last.2025-07-31.csv'), recordings('ascl_repos_with_stars.2025-07-31.csv')]
    const [last, all] = await importedTwice(files)
    expect(last).toMatchObject({ kind: 'stars of libraries', read: 100, written: 100, skipped: {} })
    expect(all).toMatchObject({ read: 2532, written: 2431, unchanged: 100 })
    expect(all?.problems.map(({ line }) => line)).toEqual([2104])
    const [counts] = await database.select(sql`select count(*)::int as libraries, max(stars) as most,
      (select count(*)::int from library_snapshots) as places from libraries`)
    expect(counts).toEqual({ libraries: 2531, most: 63255, places: 0 })
  })
})

describe('a list', () => {
  it('imports each library once, whatever the case of its name, with ranks that follow its stars', async () => {
    const path = listFile(
      'list.2025-09-27.json',
      { name: 'cobayasampler/cobaya', stars: 141, rank: 1, hasContextFile: true, contextFileName: 'c.txt' },
      { name: 'CobayaSampler/cobaya', stars: 140, rank: 2, hasContextFile: false },
      { name: 'astro/one', stars: 147, rank: 3 },
    )
    contextFile('c.txt')
    const [report] = await importedTwice([path, join(contexts, 'c.txt')])
    expect(report).toMatchObject({ read: 3, written: 2, skipped: { 'another entry is the same library': 1 } })
    expect(
      await database.select(sql`select name, rank, s.stars from library_snapshots as s
      join libraries using (library) order by rank`),
    ).toEqual([
      { name: 'astro/one', rank: 1, stars: 147 },
      { name: 'CobayaSampler/cobaya', rank: 2, stars: 141 },
    ])
    expect(await storedContexts()).toMatchObject([
      { library: 'cobayasampler/cobaya', file: 'CobayaSampler__cobaya-context.txt' },
    ])
  })

  it('an imported list leaves the list of a night on the same day alone, and still brings its contexts', async () => {
    await collected(
      {
        libraries: [asked('astro/one', 1, 50)],
        library_snapshots: [
          { date: '2026-11-20', domain: 'astronomy', library: 'astro/one', rank: 1, stars: 50 },
        ],
      },
      '2026-11-20T02:00:00Z',
    )
    const path = listFile(
      'list.2026-11-20.json',
      { name: 'astro/one', stars: 7 },
      { name: 'astro/two', stars: 9, hasContextFile: true },
    )
    contextFile('two-context.txt')
    const [report] = await importedTwice([path, contexts])
    expect(report?.notes).toContain(
      '2026-11-20 already had another list of astronomy, which stays; only missing libraries were taken from this one',
    )
    expect(await database.select(sql`select library, stars from library_snapshots`)).toEqual([
      { library: 'astro/one', stars: 50 },
    ])
    expect(await storedContexts()).toMatchObject([{ library: 'astro/two', engine: 'imported' }])
  })

  it("an imported list that is newer than GitHub's data changes nothing of it", async () => {
    await collected({ libraries: [asked('Astro/One', 1, 50)] }, '2026-11-19T02:00:00Z')
    await importedTwice([listFile('list.json', { name: 'astro/one', stars: 7 })], { date: '2026-11-21' })
    expect(await database.select(sql`select name, github_id::int as id, stars from libraries`)).toEqual([
      { name: 'Astro/One', id: 1, stars: 50 },
    ])
  })

  it('resolves the old name of a repository in an imported list to its current one', async () => {
    await collected(
      {
        libraries: [asked('jax-ml/jax', 1, 50)],
        library_names: [{ named: 'google/jax', library: 'jax-ml/jax' }],
      },
      '2026-11-20T02:00:00Z',
    )
    const path = listFile('list.2025-09-27.json', { name: 'google/jax', stars: 7, hasContextFile: true })
    contextFile('google-jax-context.txt')
    await importedTwice([path, contexts])
    expect(await storedContexts()).toMatchObject([{ library: 'jax-ml/jax', file: 'jax-ml__jax-context.txt' }])
    expect(await database.select(sql`select library from libraries`)).toEqual([{ library: 'jax-ml/jax' }])
  })

  it('refuses an imported list in which most libraries have no star: the page had changed', async () => {
    const entries = Array.from({ length: 10 }, (_, at) => ({ name: `astro/a${at}`, stars: 0 }))
    const [report] = await importedTwice([listFile('list.2025-08-31.json', ...entries)])
    expect(report).toMatchObject({
      written: 0,
      skipped: { 'suspicious: 10 of 10 libraries would have no stars': 10 },
    })
    expect(await database.select(sql`select library from libraries`)).toEqual([])
  })
})

describe('a context', () => {
  const list = (day: string) =>
    listFile(`list.${day}.json`, { name: 'astro/one', stars: 9, hasContextFile: true })
  const text = () => database.select<{ markdown: string }>(sql`select markdown from library_contexts`)

  it('never replaces a context made by a night, however new the imported list', async () => {
    const context = {
      library: 'astro/one',
      file: 'astro__one-context.txt',
      markdown: 'ours',
      hash: 'h',
      bytes: 4,
      tokens: 1,
      leftOut: 0,
      commit: 'c0ffee',
      engine: 'static',
      mode: null,
      engineVersion: null,
      measures: {},
      madeAt: new Date('2026-11-01T02:00:00Z'),
      leftAt: null,
    }
    await collected(
      { libraries: [asked('astro/one', 1, 50)], library_contexts: [context] },
      '2026-11-01T02:00:00Z',
    )
    contextFile('one-context.txt')
    const [report, files] = await importedTwice([list('2026-11-21'), contexts])
    expect(await text()).toEqual([{ markdown: 'ours' }])
    expect(files).toMatchObject({ written: 0, unchanged: 1 })
    expect(files?.notes).toEqual(['1 library has a context that was made here and stays'])
    expect(report?.notes.at(-1)).toBe('context flags: 1, of which 1 have their context')
  })

  it('a context of an older list does not replace that of a newer one', async () => {
    const path = contextFile('one-context.txt', textOf('new'))
    await imported([list('2025-09-27'), path])
    contextFile('one-context.txt', textOf('old'))
    const [, files] = await importedTwice([list('2025-08-12'), path])
    expect(files).toMatchObject({ written: 0, unchanged: 1 })
    expect(await text()).toEqual([{ markdown: textOf('new') }])
  })

  it('a repeated import does not bring a context back that left every list', async () => {
    const files = [list('2025-08-12'), contextFile('one-context.txt')]
    await imported(files)
    await imported([listFile('list.2025-09-27.json', { name: 'astro/two', stars: 9 })])
    await published()
    const before = await contents()
    expect(await database.select(sql`select left_at is null as listed from library_contexts`)).toEqual([
      { listed: false },
    ])
    await imported(files)
    expect(await contents()).toEqual(before)
  })

  it('takes the context from the next file if the likeliest one is refused', async () => {
    contextFile('astro__one-context.txt', '# \\- one | Complete Documentation -\n')
    contextFile('one-context.txt')
    const [, files] = await importedTwice([list('2025-09-27'), contexts])
    expect(files).toMatchObject({ read: 2, written: 1, skipped: { 'rejected by the quality gate': 1 } })
  })

  it('an imported context has no commit, the time of its list, and needs no list if one is stored', async () => {
    await imported([list('2025-09-27')])
    const path = contextFile('one-context.txt')
    await importedTwice([path])
    expect(
      await database.select(sql`select engine, commit, made_at::text as made, run_id from library_contexts`),
    ).toEqual([
      { engine: 'imported', commit: null, made: '2026-10-01 00:00:00+00', run_id: 'import-library-context' },
    ])
    await database.db.execute(sql`delete from library_contexts`)
    await importedTwice([list('2025-09-27'), path])
    expect(await database.select(sql`select made_at::text as made from library_contexts`)).toEqual([
      { made: '2025-09-27 00:00:00+00' },
    ])
  })

  it('contexts without any list are wrong usage, and nothing is written', async () => {
    await expect(imported([contextFile('one-context.txt')])).rejects.toThrow(/No list is stored yet/)
  })
})

describe('the command', () => {
  const almanac = (...args: string[]) => command(['import', 'library-context', ...args], settings())

  it('import reports for each file what became of it', async () => {
    contextFile('one-context.txt')
    contextFile('two-context.txt', 'a title')
    const path = listFile(
      'list.2025-09-27.json',
      { name: 'astro/one', stars: 9, hasContextFile: true },
      { name: 'astro/two', stars: 8, hasContextFile: true },
      { name: 'nobody', stars: 8 },
    )
    const { code, stdout, stderr } = await almanac(path, contexts)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('imported for library-context')
    expect(stdout).toContain(
      `${path}:3: name is not the owner/name of a repository on GitHub (found "nobody")`,
    )
    expect(stdout).toContain('flag with a rejected file: 1 (astro/two)')
    const again = await almanac(path, contexts, '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ files: [{ unchanged: 2 }, { unchanged: 1 }] })
  })

  it.each([
    [['list.json'], /does not state its day; pass it with --date YYYY-MM-DD/],
    [['list.json', '--date', '2099-01-01'], /--date is "2099-01-01"/],
    [
      ['list.2025-09-27.json', '--mod', 'x'],
      /--mod <slug or id> belongs to mod-stats; library-context does not take it/,
    ],
    [['list.2025-09-27.json', 'other.csv'], /other\.csv: the first line is/],
  ])('%j is wrong usage, and nothing is written', async (args, message) => {
    for (const name of ['list.json', 'list.2025-09-27.json']) listFile(name, { name: 'a/b', stars: 1 })
    writeFileSync(join(folder, 'other.csv'), 'date,price\n')
    const given = args.map((arg) => (/\.(json|csv)$/.test(arg) ? join(folder, arg) : arg))
    const { code, stderr } = await almanac(...given)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(await database.select(sql`select library from libraries`)).toEqual([])
  })
})

/** The recorded state of an older collector, taken over, and then a night of ours: no library loses its context. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse as parseCsv } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { importer } from '../../../cli/library-context/import/index.ts'
import { startLibrarySteps, type LibrarySteps } from '../../support/library-context/library-steps.ts'
import { describeRecorded, recording } from '../../unit/upstreams/recordings.ts'
import { SHARED } from '../../support/shared-folder.ts'

const STATE = 'libraries/astronomy-libraries.2025-09-27.a4a15b5.json'
const STATE_FILE = fileURLToPath(new URL(`recordings/${STATE}`, SHARED))

interface Entry {
  name: string
  hasContextFile: boolean
  contextFileName?: string | null
}
const entriesOf = (text: string) => (JSON.parse(text) as { libraries: Entry[] }).libraries

/** All that the recorded catalogue and the recorded state name, with stars of July. */
function world() {
  const rows = parseCsv<{ github_url: string; stars: string }>(
    recording('libraries/ascl_repos_with_stars.2025-07-31.csv'),
    { columns: true },
  )
  const recordedStars = new Map(
    rows.map(({ github_url, stars }) => [github_url.replace('github.com/', ''), Number(stars)]),
  )
  const records = [...recordedStars.keys()].map((name, index) => [
    String(index + 1),
    {
      ascl_id: `${1000 + Math.floor(index / 900)}.${String((index % 900) + 1).padStart(3, '0')}`,
      title: name,
      site_list: [`https://github.com/${name}`],
    },
  ])
  return { recordedStars, asclCatalogue: JSON.stringify(Object.fromEntries(records)) }
}

describeRecorded('the recorded state of September 2025', () => {
  let lists: LibrarySteps
  let folder: string
  const flagged = () => entriesOf(recording(STATE)).filter(({ hasContextFile }) => hasContextFile)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'almanac-carried-'))
    const contexts = join(folder, 'contexts')
    mkdirSync(contexts)
    for (const { name, contextFileName } of flagged()) {
      const text = Array.from({ length: 60 }, (_, at) => `${name} computes quantity ${at} of a catalogue.`)
      writeFileSync(join(contexts, contextFileName ?? ''), text.join('\n'))
    }
    const astronomy = {
      description: 'Astronomy',
      keywords: ['astro', 'sky', 'gal', 'cosmo', 'cmb'],
      top: 1000,
    }
    lists = await startLibrarySteps({ section: { domains: { astronomy } }, simulator: world() })
    const env = { ...lists.config.env, DATABASE_URL: lists.database.url }
    await importer.run({ ...lists.config, env }, { files: [STATE_FILE, contexts] })
  })
  afterAll(async () => {
    await lists.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('a night carries on imported contexts without losing one', async () => {
    expect(flagged()).toHaveLength(96)
    const { ending } = await lists.listsAt('2026-07-20T02:00:00Z', { force: true })
    expect(ending.outcome, JSON.stringify(ending.counts)).toBe('complete')
    const tonight = new Map(
      entriesOf(lists.published.listText('astronomy')).map((entry) => [entry.name.toLowerCase(), entry]),
    )
    const listed = flagged().filter(({ name }) => tonight.has(name.toLowerCase()))
    expect(listed.length).toBeGreaterThan(60)
    for (const { name } of listed) expect(tonight.get(name.toLowerCase())?.hasContextFile, name).toBe(true)
    // The others left the list; their contexts are kept and marked.
    const kept = await lists.database.select(
      sql`select count(*)::int as all, count(left_at)::int as marked from library_contexts`,
    )
    expect(kept).toEqual([{ all: 96, marked: 96 - listed.length }])
  })
})

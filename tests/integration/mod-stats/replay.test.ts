/** Each source of a day that a broken parser lost is read again from what is stored, and nobody is asked. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { startRun } from '../../../client/runs.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { expectReadAgain, type LostRows } from '../../support/lost-rows.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'

let stack: TestStack

beforeAll(async () => {
  stack = await startTestStack({ mods: 3, schedules: false })
  const pipeline = pipelineById('mod-stats')
  if (pipeline === undefined) throw new Error('mod-stats is registered')
  const worker = await stack.startWorker()
  // The first run finds modpacks, the second refreshes them.
  for (let runs = 0; runs < 2; runs++) await (await startRun(stack.client, pipeline, 'manual')).result()
  await worker.stop()
})
afterAll(async () => {
  await stack.stop()
})

const modpackDays = sql`select date::text as date, mod_id, modpack_slug, modpack_name, downloads from modpack_stats order by 1, 2, 3`
const dataOf = (body: string) => (JSON.parse(body) as { data: { classId?: number }[] }).data
const isPack = ({ classId }: { classId?: number }) => classId === 4471

const LOST: (LostRows & { what: string })[] = [
  {
    what: 'mods, and their versions over several pages of a list',
    source: 'curseforge',
    rows: sql`select d.date::text as date, d.mod_id, total_downloads, thumbs_up, versions_count, version_id, version_number, downloads
      from daily_stats d left join version_stats v using (mod_id, platform, date) where platform = 'curseforge' order by mod_id, version_id`,
    losing: [
      sql`delete from version_stats where platform = 'curseforge'`,
      sql`update daily_stats set total_downloads = null, thumbs_up = null, versions_count = null where platform = 'curseforge'`,
    ],
    rejected: (url, body) =>
      /v1\/mods(\/\d+\/files)?(\?|$)/.test(url) ? dataOf(body).filter((row) => !isPack(row)) : [],
  },
  {
    what: 'modpacks that were found on pages of their mods',
    source: 'modpacks',
    rows: modpackDays,
    losing: [sql`delete from modpack_stats`, sql`delete from modpacks`],
    rejected: (url, body) => (url.includes('/v1/mods/search') ? dataOf(body) : []),
  },
  {
    what: 'modpacks that were refreshed by their ids',
    source: 'modpacks',
    rows: modpackDays,
    losing: [sql`delete from modpack_stats`],
    without: sql`source = 'curseforge-web' or url like '%/search%'`,
    rejected: (url, body) => (url.endsWith('/v1/mods') ? dataOf(body).filter(isPack) : []),
  },
]

describe('a mended parser reads again', () => {
  it.each(LOST)('$what', async (lost) => {
    await expectReadAgain(stack, lost)
  })
})

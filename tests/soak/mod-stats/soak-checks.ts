/** What must hold after every run of a soak. Each returned sentence is a broken promise. */
import { sql } from 'drizzle-orm'
import { openRuns } from '../../../db/queries/runs.ts'
import type { BenchStack } from '../../../bench/bench-stack.ts'
import type { EndingInWords } from '../../support/ending-in-words.ts'

/** Sentences listed for one run; a thousand wrong rows have one cause. */
const LISTED = 5

export interface RunUnderTest {
  ending: EndingInWords
  workflowId: string
  /** Whether an upstream lied during it: it may then be partial or failed, and lack rows. */
  lied: boolean
  /** UTC date of its start: the date of its rows. */
  date: string
}

/** Turns today's rows into yesterday's, so that the next run has to store every row again. */
export async function passOneDay({ database: { db } }: BenchStack): Promise<void> {
  for (const table of ['daily_stats', 'version_stats', 'modpack_stats']) {
    const name = sql.identifier(table)
    await db.execute(sql`delete from ${name} where date < current_date`)
    await db.execute(sql`update ${name} set date = date - 1, observed_at = observed_at - interval '1 day'`)
  }
}

/** Everything found wrong after one run. */
export async function brokenPromises(stack: BenchStack, run: RunUnderTest): Promise<string[]> {
  const { ending, lied } = run
  const outcome =
    ending.outcome === 'complete' || (lied && (ending.outcome === 'partial' || ending.outcome === 'failed'))
      ? []
      : [`ended ${ending.outcome}: ${JSON.stringify(ending.counts)}`]
  const silent = Object.entries(ending.counts)
    .filter(([, { outcome: found, why }]) => found !== 'complete' && why.length === 0)
    .map(([source, { outcome: found }]) => `${source} is ${found} and does not say why`)
  return [
    ...outcome,
    ...silent,
    ...(await recordFaults(stack, run)),
    ...(await wrongRows(stack, run)),
    ...(await doubleRows(stack)),
  ].map((sentence) => `${run.workflowId}: ${sentence}`)
}

async function recordFaults({ database: { db } }: BenchStack, run: RunUnderTest): Promise<string[]> {
  const open = (await openRuns(db)).map(({ workflowId }) => `the record of ${workflowId} is still open`)
  const found = await db.execute<{ outcome: string }>(
    sql`select outcome from pipeline_runs where workflow_id = ${run.workflowId}`,
  )
  const outcomes = found.rows.map(({ outcome }) => outcome)
  if (outcomes.length === 1 && outcomes[0] === run.ending.outcome) return open
  return [...open, `the run ended ${run.ending.outcome}, its record says ${outcomes.join(', ') || 'nothing'}`]
}

/** Stored counts against the simulator's truth. Missing rows are a fault only where no upstream lied. */
async function wrongRows(stack: BenchStack, { date, lied }: RunUnderTest): Promise<string[]> {
  const truth = stack.simulator.world.truth()
  // Past midnight the world has grown; the run's rows are of the day before and cannot be compared any more.
  if (truth.date !== date) return []
  const wanted = new Map(
    truth.mods.flatMap(({ modrinth, curseforge }): [string, Counts][] => [
      [`modrinth ${modrinth.id}`, countsOf(modrinth.downloads, modrinth.versions)],
      [`curseforge ${curseforge.id}`, countsOf(curseforge.downloadCount, curseforge.files)],
    ]),
  )
  const stored = await storedCounts(stack, date)
  const isRight = (key: string, { total, versions, rows }: Counts) => {
    const truly = wanted.get(key)
    if (truly === undefined) return false
    if (total === truly.total && versions === truly.versions && rows === truly.rows) return true
    // After a lie values and rows may be missing, but not wrong.
    const isAbsent = (value: number | null, right: number | null) => value === null || value === right
    return lied && isAbsent(total, truly.total) && isAbsent(versions, truly.versions) && rows <= truly.rows
  }
  const wrong = [...stored].filter(([key, value]) => !isRight(key, value))
  const missing = lied ? [] : [...wanted.keys()].filter((key) => !stored.has(key))
  const packs = new Map(
    truth.mods.flatMap(({ modpacks }) => modpacks.map((pack) => [pack.slug, pack.downloads])),
  )
  const result = await stack.database.db.execute<{ slug: string; downloads: string }>(
    sql`select modpack_slug as slug, downloads from modpack_stats where date = ${date}`,
  )
  const wrongPacks = result.rows.filter(({ slug, downloads }) => packs.get(slug) !== Number(downloads))
  return [
    ...wrong.map(
      ([key, counts]) =>
        `${key} is stored as ${JSON.stringify(counts)}, the truth is ${JSON.stringify(wanted.get(key))}`,
    ),
    ...missing.map((key) => `${key} is missing`),
    ...wrongPacks.map(({ slug, downloads }) => `modpack ${slug} is stored with ${downloads} downloads`),
  ].slice(0, LISTED)
}

interface Counts {
  total: number | null
  versions: number | null
  /** Rows of single versions. */
  rows: number
}

const countsOf = (total: number, versions: number): Counts => ({ total, versions, rows: versions })

/** The stored counts by platform and id. */
async function storedCounts({ database }: BenchStack, date: string): Promise<Map<string, Counts>> {
  const result = await database.db.execute<{ key: string } & Counts & Record<string, unknown>>(sql`
    select d.platform || ' ' || case d.platform when 'modrinth' then modrinth_id else curseforge_id::text end as key,
      total_downloads::float8 as total, versions_count as versions, (select count(*)::int from version_stats v
        where v.date = d.date and v.platform = d.platform and v.mod_id = d.mod_id) as rows
    from daily_stats d join mods on mods.id = d.mod_id where d.date = ${date}`)
  return new Map(result.rows.map(({ key, ...counts }) => [key, counts]))
}

/** Natural keys are unique by constraint; a mod or version under two ids of ours would still count twice. */
async function doubleRows({ database }: BenchStack): Promise<string[]> {
  const result = await database.db.execute<{ what: string; times: number }>(sql`
    select 'mod ' || coalesce(modrinth_id, curseforge_id::text) as what, count(*)::int as times
      from mods group by coalesce(modrinth_id, curseforge_id::text) having count(*) > 1
    union all select 'version ' || platform || ' ' || version_id || ' of ' || date, count(*)::int
      from version_stats group by platform, version_id, date having count(*) > 1
    limit ${LISTED}`)
  return result.rows.map(({ what, times }) => `${what} is stored ${times} times`)
}

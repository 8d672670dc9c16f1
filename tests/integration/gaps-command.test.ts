/** `almanac gaps`: what is missing of stored rows, and the command that collects it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { Gaps } from '../../api/gaps/gaps-schema.ts'
import { DAY_MS } from '../../core/durations.ts'
import { command } from '../support/command.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let root: string
let env: Record<string, string>
/** Days before today, as the commands write them. */
const dayBefore = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10)

beforeAll(async () => {
  database = await createTestDatabase()
  root = mkdtempSync(join(tmpdir(), 'almanac-gaps-'))
  const configFile = join(root, 'almanac.yaml')
  const sections = {
    'mod-stats': { mods: [{ modrinth: 'sodium' }] },
    'crypto-forecast': { coins: [{ id: 'bitcoin', code: 'BTC' }], history_days: 60 },
  }
  writeFileSync(configFile, stringify(sections))
  env = { ALMANAC_CONFIG: configFile, ALMANAC_STATE_DIR: root, DATA_DIR: root, DATABASE_URL: database.url }
  // Of the exchange's hours, four are missing ten days ago, of which it lacks one; of the index two days, of which it lacks one.
  await database.db.execute(sql`
    insert into candles ("timestamp", crypto, source, close, observed_at, run_id)
    select at, 'bitcoin', 'binance', 1, now(), 'r'
    from generate_series(date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '70 days', now(),
      interval '1 hour') at
    where at not between ${`${dayBefore(10)}T03:00:00Z`}::timestamptz and ${`${dayBefore(10)}T06:00:00Z`}::timestamptz`)
  await database.db.execute(sql`
    insert into known_gaps ("timestamp", crypto, source, reason, observed_at, run_id)
    values (${`${dayBefore(10)}T03:00:00Z`}, 'bitcoin', 'binance', 'outage', now(), 'r')`)
  await database.db.execute(sql`
    insert into fear_greed_index (date, value, classification, observed_at, run_id)
    select day::date, 50, 'Neutral', now(), 'r'
    from generate_series(${dayBefore(70)}::date, ${dayBefore(0)}::date, interval '1 day') day
    where day not in (${dayBefore(8)}::date, ${dayBefore(5)}::date)`)
  await database.db.execute(sql`
    insert into fear_greed_gaps (date, reason, observed_at, run_id) values (${dayBefore(5)}, 'none', now(), 'r')`)
  await database.db.execute(sql`insert into mods (modrinth, tracked) values ('sodium', true)`)
  await database.db.execute(sql`
    insert into daily_stats (date, platform, mod_id, total_downloads, observed_at, run_id)
    select day::date, 'modrinth', 1, 1, now(), 'r'
    from generate_series(${dayBefore(9)}::date, ${dayBefore(0)}::date, interval '1 day') day
    where day <> ${dayBefore(4)}::date`)
})
afterAll(async () => {
  await database.drop()
  rmSync(root, { recursive: true })
})

async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await command(['gaps', ...args], env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

it('tells known gaps apart, and prints the command that collects the rest', async () => {
  const text = await printed('crypto-forecast', '--days', '20')
  expect(text).toMatch(/candles +bitcoin +hour +\d+ +\d+ +3 +1\n/)
  expect(text).toContain(`${dayBefore(10)} 04:00 to ${dayBefore(10)} 06:59, 3 hours`)
  expect(text).toContain(
    `./almanac backfill crypto-forecast --only-missing \\\n    --from ${dayBefore(10)} --to ${dayBefore(10)}\n`,
  )
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

it('names a run, not a backfill, where each run asks for what is missing', async () => {
  const text = await printed('crypto-forecast', '--days', '9')
  expect(text).toMatch(/fear-greed +day +\d+ +\d+ +1 +1\n/)
  expect(text).toContain('./almanac run crypto-forecast --wait')
  expect(text).not.toContain('backfill')
})

it('the command that it prints requests what is missing and nothing else', async () => {
  const { stdout } = await command(['gaps', 'crypto-forecast', '--days', '20', '--json'], env)
  const [found] = (JSON.parse(stdout) as Gaps).pipelines
  const [line] = found?.calendars.find(({ data_set }) => data_set === 'candles')?.lines ?? []
  expect(line?.missing_intervals).toBe(3)
  const text = await printed('crypto-forecast', '--days', '20')
  const [, words = ''] = /almanac (backfill [^]*?)\n/.exec(text.replaceAll('\\\n', '')) ?? []
  // Nothing runs here, so it ends after it has said what it would collect.
  const backfill = await command(words.split(/ +/), env)
  expect(backfill.stdout).toMatch(/bitcoin +24 +20 +3 +1 /)
})

it('says why the past of a pipeline cannot be collected', async () => {
  const text = await printed('mod-stats')
  expect(text).toMatch(/daily-stats +modrinth +day +\d+ +\d+ +1 +0\n/)
  expect(text).toContain(`${dayBefore(4)} to ${dayBefore(4)}, 1 day`)
  expect(text).toContain('It cannot be collected: ')
})

it('says when nothing was collected yet, and refuses a pipeline that there is not', async () => {
  expect(await printed()).toContain('match-results')
  const { code, stderr } = await command(['gaps', 'weather'], env)
  expect(code).toBe(2)
  expect(stderr).toContain('There is no pipeline "weather"')
})

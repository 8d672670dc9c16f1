/**
 * `almanac backfill crypto-forecast`: reports its size first, requests exactly that, and refuses an impossible period.
 */
import { PIPELINES } from '../../../pipelines/index.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../core/durations.ts'
import type { CoinPlan } from '../../../client/crypto-forecast/backfill.ts'
import { listRuns } from '../../../db/queries/runs.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import type { RunCounts } from '../../../core/run-outcome.ts'
import type { RunningWorker } from '../../../worker/start-worker.ts'
import { command } from '../../support/command.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'
import { until } from '../../support/until.ts'

interface Answer {
  backfill: { from: string; to: string; onlyMissing: boolean; coins: CoinPlan[] }
  workflowId?: string
  outcome?: string
  counts?: RunCounts
}

let stack: TestStack
let worker: RunningWorker
beforeAll(async () => {
  const coins = [
    { id: 'bitcoin', code: 'BTC' },
    { id: 'ethereum', code: 'ETH' },
  ]
  stack = await startTestStack({
    schedules: false,
    sections: { 'crypto-forecast': { coins, history_days: 60 } },
  })
  worker = await stack.startWorker()
})
afterAll(async () => {
  await worker.stop()
  await stack.stop()
})
beforeEach(async () => {
  // A run of the test before would write into tables that are empty by then.
  await until(async () => (await stack.client.workflow.count('ExecutionStatus = "Running"')).count === 0)
  await stack.database.db.execute(
    sql`truncate candles, known_gaps, crypto_prices, predictions, pipeline_runs`,
  )
  stack.simulator.requests.clear()
})

const almanac = (...args: string[]) => command(['backfill', ...args], stack.env)

async function json(...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await almanac('crypto-forecast', ...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Answer
}

const binanceRequests = () => stack.simulator.requests.count({ upstream: 'binance', path: /klines/ })
const storedOf = async (crypto: string) =>
  (
    await stack.database.select<{ at: number }>(
      sql`select (extract(epoch from "timestamp") * 1000)::float8 as at from candles
        where crypto = ${crypto} and source = 'binance' order by 1`,
    )
  ).map(({ at }) => at)

/** Two requests long, and before the hourly prices of CoinGecko. */
const FROM = '2023-03-01'
const TO = '2023-04-20'
const HOURS = 51 * 24
const plan = (crypto: string, change: Partial<CoinPlan>): CoinPlan => ({
  crypto,
  hours: HOURS,
  stored: 0,
  missing: HOURS,
  knownGaps: 0,
  requests: 2,
  ...change,
})

/** The hours from FROM to TO that the exchange has. */
function hoursOfTruth(): number[] {
  const from = Date.parse(FROM)
  return Array.from({ length: HOURS }, (_, hour) => from + hour * HOUR_MS).filter(
    (at) => stack.simulator.world.coins.candle('BTCUSDT', at) !== undefined,
  )
}

describe('almanac backfill crypto-forecast', () => {
  it('a backfill reports its size, collects every hour from the first to the last day, and makes no forecast', async () => {
    const { backfill, outcome, counts } = await json('--from', FROM, '--to', TO, '--wait')
    expect(backfill).toEqual({
      from: `${FROM}T00:00:00.000Z`,
      to: `${TO}T23:59:59.999Z`,
      onlyMissing: false,
      coins: [plan('bitcoin', {}), plan('ethereum', {})],
    })
    expect(binanceRequests()).toBe(4)
    const truth = hoursOfTruth()
    expect(await storedOf('bitcoin')).toEqual(truth)
    expect(await storedOf('ethereum')).toEqual(truth)
    expect(counts?.['binance']).toMatchObject({ outcome: 'complete', written: 2 * truth.length })
    // The days lie far behind the newest closed hour, for which it did not ask.
    expect(outcome).toBe('complete')
    expect(Object.keys(counts ?? {})).not.toContain('forecasts')
    expect(await stack.database.select(sql`select 1 from predictions`)).toEqual([])
  })

  it('a backfill gives the run the same input as "almanac run --input"', async () => {
    const { workflowId } = await json(
      '--from',
      `${FROM}T06:30:00+02:00`,
      '--to',
      `${FROM}T08:00:00Z`,
      '--only-missing',
    )
    const { events } = await stack.client.workflow.getHandle(workflowId ?? '').fetchHistory()
    const data = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data
    const times = { from: `${FROM}T04:30:00.000Z`, to: `${FROM}T08:00:00.000Z` }
    expect(JSON.parse(Buffer.from(data ?? []).toString('utf8'))).toEqual({
      trigger: 'manual',
      params: pipelineById('crypto-forecast')?.params.parse({ ...times, onlyMissing: 'true' }),
    })
    await until(async () => (await storedOf('bitcoin')).length > 0)
    expect(await storedOf('bitcoin')).toEqual([5, 6, 7, 8].map((hour) => Date.parse(FROM) + hour * HOUR_MS))
  })

  it('a backfill with --only-missing requests only missing hours, and nothing if none is missing', async () => {
    await json('--from', FROM, '--to', TO, '--wait')
    const gaps = HOURS - hoursOfTruth().length
    const first = Date.parse(FROM)
    const lost = [30, 31, 32, 40].map((hour) => first + hour * HOUR_MS)
    await stack.database.db.execute(sql`delete from candles where source = 'binance' and crypto = 'ethereum'
      and "timestamp" in (${sql.join(
        lost.map((at) => sql`${new Date(at).toISOString()}`),
        sql`, `,
      )})`)
    const known = { knownGaps: gaps, missing: 0, stored: HOURS - gaps, requests: 0 }
    stack.simulator.requests.clear()
    const { backfill } = await json('--from', FROM, '--to', TO, '--only-missing', '--wait')
    expect(backfill.coins).toEqual([
      plan('bitcoin', known),
      plan('ethereum', { ...known, missing: 4, stored: HOURS - gaps - 4, requests: 1 }),
    ])
    expect(binanceRequests()).toBe(1)
    expect(await storedOf('ethereum')).toEqual(hoursOfTruth())

    const runs = (await listRuns(stack.database.db, { limit: 10 })).length
    const nothing = await almanac('crypto-forecast', '--from', FROM, '--to', TO, '--only-missing', '--wait')
    expect(nothing).toMatchObject({ code: 0, stderr: '' })
    expect(nothing.stdout.trimEnd().split('\n').at(-1)).toBe('nothing is missing; no run was started')
    expect(await listRuns(stack.database.db, { limit: 10 })).toHaveLength(runs)
    expect(binanceRequests()).toBe(1)
  })

  it('a backfill reports hours that the exchange does not have, and does not request them again', async () => {
    const [gap] = stack.simulator.world.coins.gaps(Date.UTC(2023, 0, 1), Date.UTC(2023, 11, 31))
    if (gap === undefined) throw new Error('the simulated exchange had no gap in 2023')
    const from = new Date(gap.openMs - 5 * HOUR_MS).toISOString()
    const to = new Date(gap.openMs + (gap.hours + 4) * HOUR_MS).toISOString()
    await json('--from', from, '--to', to, '--wait')
    const { backfill, workflowId } = await json('--from', from, '--to', to, '--only-missing')
    const known = { hours: 10 + gap.hours, stored: 10, missing: 0, knownGaps: gap.hours, requests: 0 }
    expect(backfill.coins).toEqual([plan('bitcoin', known), plan('ethereum', known)])
    expect(workflowId).toBeUndefined()
  })

  it('a backfill of a period that is not over ends at the last closed hour, and says so', async () => {
    const now = Date.now()
    const from = new Date(now - 5 * HOUR_MS).toISOString()
    const to = new Date(now + 2 * DAY_MS).toISOString().slice(0, 10)
    const { code, stdout } = await almanac('crypto-forecast', '--from', from, '--to', to, '--wait')
    expect(code).toBe(0)
    const lines = stdout.split('\n')
    const end =
      /^hours from \S+ \d\d:00:00 UTC to (\S+) (\d\d:00:00) UTC, the end of the last hour that is over$/.exec(
        lines[0] ?? '',
      )
    const endMs = Date.parse(`${end?.[1] ?? ''}T${end?.[2] ?? ''}Z`)
    expect(endMs).toBeGreaterThan(now - HOUR_MS)
    expect(endMs).toBeLessThanOrEqual(Date.now())
    const count = Math.floor((endMs - now + 5 * HOUR_MS) / HOUR_MS)
    const row = lines.find((line) => line.startsWith('bitcoin'))?.split(/\s+/)
    expect(row).toEqual(['bitcoin', String(count), '0', String(count), '0', '1'])
    const hours = Array.from({ length: count }, (_, hour) => endMs - (count - hour) * HOUR_MS)
    const exist = hours.filter((at) => stack.simulator.world.coins.candle('BTCUSDT', at) !== undefined)
    expect(await storedOf('bitcoin')).toEqual(exist)
  })

  const soon = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10)
  it.each([
    [['crypto-forecast'], '--from is missing: expected the first day or moment to collect.'],
    [
      ['crypto-forecast', '--from', '2023-05-02', '--to', '2023-05-01'],
      '--from 2023-05-02 lies after --to 2023-05-01.',
    ],
    [
      ['crypto-forecast', '--from', '2017-08-16', '--to', '2018-01-01'],
      '--from 2017-08-16: Binance has candles from 2017-08-17 on; begin there.',
    ],
    [
      ['crypto-forecast', '--from', 'yesterday', '--to', '2023-02-30'],
      '--from "yesterday": expected a day (2026-11-01) or a moment (2026-11-01T10:00:00Z).\n--to "2023-02-30": expected a day (2026-11-01) or a moment (2026-11-01T10:00:00Z).',
    ],
    [['crypto-forecast', '--from', soon], `--from ${soon} is in the future.`],
    [['crypto-forecast', '--from', soon, '--to', soon], `--from ${soon} is in the future.`],
    [
      ['crypto-forecast', '--from', '2023-05-01T10:20:00Z', '--to', '2023-05-01T10:50:00Z'],
      'No complete hour begins between 2023-05-01T10:20:00.000Z and 2023-05-01T10:50:00Z.',
    ],
    [
      ['crypto-forcast', '--from', FROM],
      `There is no pipeline "crypto-forcast"; there are: ${PIPELINES.map(({ id }) => id).join(', ')}.`,
    ],
  ])('a backfill refuses %j with a sentence and starts nothing', async (args, sentence) => {
    expect(await almanac(...args)).toEqual({ code: 2, stdout: '', stderr: `${sentence}\n` })
    expect(await listRuns(stack.database.db, { limit: 10 })).toEqual([])
  })

  it('refuses a backfill of mod-stats with the reason', async () => {
    const { code, stdout, stderr } = await almanac('mod-stats', '--from', '2023-05-01', '--to', '2023-05-02')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('mod-stats cannot be backfilled: its upstreams report only current counts')
  })
})

describe('a backfill of a time before the kept history', () => {
  it('a backfill that ends before the kept history leaves no gap, and the next run is complete', async () => {
    const hourly = () => command(['run', 'crypto-forecast', '--wait', '--strict'], stack.env)
    const first = await hourly()
    expect({ code: first.code, stdout: first.stdout }).toMatchObject({ code: 0 })
    const { code, stdout } = await almanac('crypto-forecast', '--from', FROM, '--to', FROM, '--wait')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^complete after/m)
    const [{ days } = { days: 0 }] = await stack.database.select<{ days: number }>(
      sql`select count(distinct "timestamp"::date)::int as days from crypto_prices where "timestamp" < '2023-04-01'`,
    )
    expect(days).toBe(1)
    expect((await hourly()).code).toBe(0)
  })
})

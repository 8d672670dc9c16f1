/** `almanac forecast report|backtest`: the figures that are printed are those of the stored rows, and nothing is changed. */
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../../core/durations.ts'
import type { ForecastFigures } from '../../../client/crypto-forecast/figures.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { pipelineById } from '../../../pipelines/index.ts'
import { startRun } from '../../../client/runs.ts'
import { endingOf } from '../../support/ending-in-words.ts'
import { command } from '../../support/command.ts'
import { startTestStack, type TestStack } from '../../support/stack.ts'

interface Report {
  figures: ForecastFigures[]
  verdicts: string[]
}

let stack: TestStack
beforeAll(async () => {
  const coins = [
    { id: 'bitcoin', code: 'BTC' },
    { id: 'ethereum', code: 'ETH' },
  ]
  stack = await startTestStack({
    schedules: false,
    sections: { 'crypto-forecast': { history_days: 100, coins } },
  })
  const worker = await stack.startWorker()
  const pipeline = pipelineById('crypto-forecast')
  if (pipeline === undefined) throw new Error('crypto-forecast is not registered')
  const ending = await endingOf(await startRun(stack.client, pipeline, 'manual'))
  await worker.stop()
  // The reports of these tests use separate rows.
  await stack.database.db.execute(sql`truncate predictions, prediction_scores`)
  if (ending.outcome !== 'complete') throw new Error(JSON.stringify(ending))
})
afterAll(() => stack.stop())

const almanac = (...args: string[]) => command(['forecast', ...args], stack.env)

async function json<Answer>(...args: string[]): Promise<Answer> {
  const { code, stdout } = await almanac(...args, '--json')
  expect(code).toBe(0)
  return JSON.parse(stdout) as Answer
}

describe('almanac forecast report', () => {
  beforeEach(() => stack.database.db.execute(sql`truncate predictions, prediction_scores`))

  /** A forecast of bitcoin for the next hour, made `ageMs` ago from a price of 100 and, where given, what came of it. */
  function forecastMade(ageMs: number, predicted: number, actual?: number) {
    const madeMs = Date.now() - ageMs
    const hour = Math.floor(madeMs / HOUR_MS) * HOUR_MS
    const key = { crypto: 'bitcoin', horizon: '1h', modelVersion: 'ridge-1' }
    const targetTime = new Date(hour + HOUR_MS)
    const prediction: WritableRows['predictions'] = {
      ...key,
      targetTime,
      timestamp: new Date(hour - HOUR_MS),
      madeAt: new Date(madeMs),
      predictedPrice: predicted,
      lower: predicted - 2,
      upper: predicted + 2,
      lastPrice: 100,
      decision: predicted > 101 ? 'BUY' : predicted < 99 ? 'SELL' : 'HOLD',
    }
    if (actual === undefined) return { prediction }
    const score: WritableRows['prediction_scores'] = {
      ...key,
      targetTime,
      actualPrice: actual,
      error: predicted - actual,
      naiveError: 100 - actual,
      directionRight: Math.sign(predicted - 100) === Math.sign(actual - 100),
      withinInterval: Math.abs(predicted - actual) <= 2,
    }
    return { prediction, score }
  }

  async function store(made: ReturnType<typeof forecastMade>[]): Promise<void> {
    await writeRows(
      stack.database.db,
      {
        predictions: made.map(({ prediction }) => prediction),
        prediction_scores: made.flatMap(({ score }) => score ?? []),
      },
      {
        observedAt: new Date(),
        runId: 'test',
        retryBudget: { ms: 0, signal: AbortSignal.timeout(60_000) },
      },
    )
  }

  it('"forecast report" counts forecasts made, scored and right, and leaves out earlier ones', async () => {
    await store([
      forecastMade(2 * HOUR_MS, 101.5),
      // Errors 1, 1, 4, 0.5; naive errors 2, 3, 1, 0 (which moved nowhere); two of three directions right.
      forecastMade(3 * HOUR_MS, 101, 102),
      forecastMade(4 * HOUR_MS, 98, 97),
      forecastMade(5 * HOUR_MS, 103, 99),
      forecastMade(6 * HOUR_MS, 100.5, 100),
      forecastMade(3 * DAY_MS, 150, 50),
    ])
    const { figures, verdicts } = await json<Report>('report', '--days', '2')
    expect(figures).toEqual([
      {
        crypto: 'bitcoin',
        horizon: '1h',
        modelVersion: 'ridge-1',
        made: 5,
        scored: 4,
        waiting: 1,
        hitRate: 2 / 3,
        moved: 3,
        mae: 6.5 / 4,
        naiveMae: 1.5,
        skill: 1 - 6.5 / 6,
        coverage: 0.75,
        intervals: 4,
        decisions: { BUY: 2, SELL: 1, HOLD: 2 },
        // Gains 1, 2, -3, -0.5 around -0.125.
        gainDeviation: expect.closeTo(Math.sqrt((1 + 4 + 9 + 0.25 - 4 * 0.125 ** 2) / 3), 12) as number,
      },
    ])
    expect(verdicts).toEqual(['bitcoin 1h: too few to judge (4 scored; 30 are needed)'])
    expect((await json<Report>('report')).figures).toMatchObject([{ made: 6, scored: 5 }])
  })

  it('"forecast report" says that a model worse than the naive forecast does not beat it', async () => {
    const hours = Array.from({ length: 40 }, (_, hour) => forecastMade((2 + hour) * HOUR_MS, 104, 101))
    await store(hours)
    const { code, stdout, stderr } = await almanac('report', '--coin', 'BTC')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^forecasts made since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/)
    expect(lines.at(-1)).toBe(
      'bitcoin 1h: does not beat the naive forecast (skill -2.000 over 40 forecasts); the 80 % interval held 0.0 % of 40: too narrow',
    )
  })

  it('"forecast" shows the newest forecast of each coin and horizon, and no older one', async () => {
    const nothing = await almanac('latest')
    expect(nothing).toEqual({
      code: 0,
      stderr: '',
      stdout: 'no forecasts yet; "./almanac run crypto-forecast --wait" makes the first\n',
    })
    await store([forecastMade(5 * HOUR_MS, 98), forecastMade(HOUR_MS, 101.5), forecastMade(3 * HOUR_MS, 104)])
    const { code, stdout } = await almanac('latest', '--coin', 'BTC')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /bitcoin +1h +\d{4}-\d\d-\d\d \d\d:00:00 UTC +100 +101\.5 +99\.5 to 103\.5 +BUY +ridge-1/,
    )
    expect(stdout.match(/bitcoin +1h +\d/g)).toHaveLength(1)
    expect(stdout).toMatch(
      /\n\nThe naive forecast is that the price stays as it was then\. Against it, so far:\nbitcoin 1h: too few to judge \(0 scored; 30 are needed\)\n$/,
    )
    const newest = await json<object[]>('latest')
    expect(newest).toMatchObject([
      {
        crypto: 'bitcoin',
        predictedPrice: 101.5,
        naiveForecast: 100,
        record: { modelVersion: 'ridge-1', made: 3, scored: 0 },
      },
    ])
  })

  it('"forecast" says what to do if there is no forecast, or none recent enough', async () => {
    const none = await almanac('report')
    expect(none).toEqual({
      code: 0,
      stderr: '',
      stdout: 'no forecasts yet; "./almanac run crypto-forecast --wait" collects and makes the first\n',
    })
    await store([forecastMade(3 * DAY_MS, 101)])
    const old = await almanac('report', '--days', '1', '--coin', 'bitcoin')
    expect(old.code).toBe(0)
    expect(old.stdout).toMatch(/^no forecasts of bitcoin of the last 1 day; the newest was made at \d{4}-/)
  })

  it('"forecast" names the known coins, including untracked ones, when an unknown coin is requested', async () => {
    const { prediction } = forecastMade(2 * HOUR_MS, 101)
    await store([{ prediction: { ...prediction, crypto: 'solana' } }])
    const unknown = await almanac('report', '--coin', 'doge')
    expect(unknown).toEqual({
      code: 2,
      stdout: '',
      stderr: 'There is no coin "doge"; there are: bitcoin (BTC), ethereum (ETH), solana.\n',
    })
    const { figures } = await json<Report>('report', '--coin', 'solana')
    expect(figures).toMatchObject([{ crypto: 'solana', made: 1, scored: 0, waiting: 1, mae: null }])
  })
})

describe('almanac forecast backtest', () => {
  it('"forecast backtest" gives the same result twice, to the last digit, and stores nothing', async () => {
    const tables = sql`select (select count(*)::int from predictions) as made, (select count(*)::int from prediction_scores)
      as scored, (select count(*)::int from pipeline_runs) as runs, (select max(observed_at)::text from crypto_prices) as newest`
    const before = await stack.database.select(tables)
    const [first, second] = await Promise.all([
      almanac('backtest', '--days', '5', '--json'),
      almanac('backtest', '--days', '5', '--json'),
    ])
    expect(first.code).toBe(0)
    // If it takes long, standard error reports it.
    expect({ ...second, stderr: '' }).toEqual({ ...first, stderr: '' })
    expect(
      (JSON.parse(first.stdout) as Report).figures.map(({ horizon, scored }) => [horizon, scored > 90]),
    ).toEqual([
      ['1h', true],
      ['24h', true],
      ['1h', true],
      ['24h', true],
    ])
    expect(await stack.database.select(tables)).toEqual(before)
  })

  it('"forecast backtest" tests the days up to the newest stored hour against the naive forecast in the database', async () => {
    const days = 6
    const { figures, spans } = await json<Report & { spans: { crypto: string; from: string; to: string }[] }>(
      'backtest',
      '--coin',
      'eth',
      '--days',
      String(days),
    )
    const [truth] = await stack.database.select<{ first: string; last: string } & Record<string, number>>(sql`
      with span as (select max("timestamp") + interval '1 hour' as last from crypto_prices where crypto = 'ethereum'),
      pairs as (
        select target."timestamp" - made."timestamp" as ahead, abs(target.price - made.price) as moved
        from span, crypto_prices made join crypto_prices target on target.crypto = made.crypto
          and target."timestamp" - made."timestamp" in (interval '1 hour', interval '24 hours')
        where made.crypto = 'ethereum' and made."timestamp" >= last - ${days} * interval '1 day'
      )
      select (extract(epoch from max(last)) * 1000)::float8 as last,
        count(*) filter (where ahead = '1 hour')::int as hours, avg(moved) filter (where ahead = '1 hour') as "hourMae",
        count(*) filter (where ahead = '24 hours')::int as "days", avg(moved) filter (where ahead = '24 hours') as "dayMae"
      from pairs, span`)
    const last = Number(truth?.last)
    expect(spans).toEqual([
      {
        crypto: 'ethereum',
        from: new Date(last - days * DAY_MS).toISOString(),
        to: new Date(last).toISOString(),
      },
    ])
    expect(figures.map(({ horizon, scored }) => [horizon, scored])).toEqual([
      ['1h', truth?.['hours']],
      ['24h', truth?.['days']],
    ])
    expect(figures[0]?.naiveMae).toBeCloseTo(truth?.['hourMae'] ?? NaN, 9)
    expect(figures[1]?.naiveMae).toBeCloseTo(truth?.['dayMae'] ?? NaN, 9)
    expect(figures.every(({ mae, naiveMae, skill }) => skill === 1 - mae / naiveMae)).toBe(true)
  })

  it('"forecast backtest" reports its days, its refits, its earliest forecast, and that nothing is stored', async () => {
    const { code, stdout } = await almanac('backtest', '--coin', 'BTC', '--refit-hours', '48', '--days', '59')
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(
      /^walk-forward over stored hours from \S+ \d\d:00:00 UTC to \S+ \d\d:00:00 UTC, refitted every 48 h; nothing is stored$/,
    )
    expect(stdout).toMatch(
      /^bitcoin 24h: forecasts from \S+ \d\d:00:00 UTC on; before that, too few hours are stored$/m,
    )
    expect(stdout).toMatch(/^bitcoin 1h: .*naive forecast \(skill -?\d\.\d{3} over \d+ forecasts\)/m)
  })

  it('"forecast backtest" exits with 1 if there are too few hours, and says how many are needed', async () => {
    await stack.database.db.execute(sql`create table kept as table crypto_prices`)
    try {
      await stack.database.db.execute(sql`delete from crypto_prices where crypto = 'ethereum' or "timestamp" <
        (select max("timestamp") from crypto_prices) - interval '100 hours'`)
      const { code, stdout } = await almanac('backtest')
      const { stored, usable } = (
        await stack.database.select<{ stored: number; usable: number }>(sql`select count(*)::int as stored,
          count(*) filter (where "timestamp" < (select max("timestamp") from crypto_prices))::int as usable from crypto_prices`)
      )[0] ?? { stored: NaN, usable: NaN }
      expect(code).toBe(1)
      expect(stdout.trimEnd().split('\n')).toEqual([
        `bitcoin 1h: too few to test: of ${stored} stored hours ${usable} have all features and a known outcome; 100 are needed before the first forecast`,
        expect.stringMatching(
          /^bitcoin 24h: too few to test: of \d+ stored hours \d+ have .* outcome; 330 are needed before/,
        ),
        'ethereum: no hours are stored',
      ])
    } finally {
      await stack.database.db.execute(sql`truncate crypto_prices`)
      await stack.database.db.execute(sql`insert into crypto_prices select * from kept`)
      await stack.database.db.execute(sql`drop table kept`)
    }
  })

  it.each([
    [['--coin', 'doge'], 'There is no coin "doge"; there are: bitcoin (BTC), ethereum (ETH).'],
    [['--refit-hours', '0'], '--refit-hours 0: expected 1 or more.'],
    [['--days', '0'], 'expected a whole number from 1 to 3650.'],
  ])('"forecast backtest" refuses %j with a sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await almanac('backtest', ...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(sentence)
  })
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { HOUR_MS } from '../../../core/durations.ts'
import { importer } from '../../../cli/crypto-forecast/import/index.ts'
import type { FileReport } from '../../../cli/import/file-report.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { indexFeatures } from '../../../activities/crypto-forecast/features.ts'
import { newestForecasts } from '../../../db/queries/crypto-forecast/forecast-report.ts'
import { computeFrom } from '../../../db/queries/crypto-forecast/prices.ts'
import type { WritableRows } from '../../../db/writable-tables.ts'
import { writeRows } from '../../../db/write-rows.ts'
import { command } from '../../support/command.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { KLINE_HEADER, klineCells, START_MS } from '../../unit/cli/crypto-forecast/import/files.ts'
import { describeRecorded } from '../../unit/upstreams/recordings.ts'
import { SHARED } from '../../support/shared-folder.ts'

const given = (name: string) => fileURLToPath(new URL(`cases/${name}`, SHARED))
const recordings = (path: string) => fileURLToPath(new URL(`recordings/${path}`, SHARED))
const TABLES = [
  'candles',
  'fear_greed_index',
  'price_comparisons',
  'imported_prices',
  'imported_predictions',
  'crypto_prices',
  'predictions',
  'prediction_scores',
]
const COINS = [
  { id: 'bitcoin', code: 'BTC' },
  { id: 'ethereum', code: 'ETH' },
  { id: 'binancecoin', code: 'BNB' },
]
/** Later than every recording, on whatever day the tests run. */
const now = new Date('2026-11-21T10:30:00Z')
const retryBudget = { ms: 0, signal: new AbortController().signal }

let database: TestDatabase
let folder: string
beforeEach(async () => {
  database = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'almanac-import-'))
  mkdirSync(join(folder, 'state'))
  const tracked = {
    'mod-stats': { mods: [{ modrinth: 'createnuclear' }] },
    'crypto-forecast': { coins: COINS },
  }
  writeFileSync(join(folder, 'almanac.yaml'), stringify(tracked))
})
afterEach(async () => {
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

function file(name: string, ...lines: string[]): string {
  const path = join(folder, name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

const settings = () => ({
  DATABASE_URL: database.url,
  ALMANAC_CONFIG: join(folder, 'almanac.yaml'),
  ALMANAC_STATE_DIR: join(folder, 'state'),
})

/** The real command, as a person starts it. */
const almanac = (...args: string[]) => command(['import', 'crypto-forecast', ...args], settings())

/** The same import in this process, at a time of the test's choice; starting the command costs a second. */
async function imported(...files: string[]): Promise<FileReport[]> {
  const config = loadConfig({ env: settings(), root: folder })
  return (await importer.run(config, { files, now })).files
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
async function importedTwice(...files: string[]): Promise<FileReport[]> {
  const reports = await imported(...files)
  const before = await contents()
  for (const [index, again] of (await imported(...files)).entries()) {
    const { written, unchanged } = reports[index] ?? { written: 0, unchanged: 0 }
    expect(again).toMatchObject({ written: 0, unchanged: written + unchanged })
  }
  expect(await contents()).toEqual(before)
  return reports
}

const rowsOf = (table: string) =>
  database.select(sql`select * from ${sql.identifier(table)} as t order by to_jsonb(t)::text`)
const countsOf = async (table: string) =>
  database.select(
    sql`select crypto, count(*)::int as rows from ${sql.identifier(table)} group by 1 order by 1`,
  )

/** A file of hourly candles without a header. */
const hours = (count: number, startMs = START_MS) =>
  Array.from({ length: count }, (_, hour) => klineCells(startMs + hour * HOUR_MS).join(','))

describeRecorded('the recorded files', () => {
  it('imports features as two rows a coin, apart from the grid, beside the Fear & Greed of their day', async () => {
    const files = ['bitcoin', 'ethereum', 'binancecoin'].map((coin) =>
      recordings(`crypto/${coin}_features.golden.csv`),
    )
    const reports = await importedTwice(...files)
    for (const report of reports)
      expect(report).toMatchObject({ kind: 'prices', read: 2, written: 2, skipped: {} })
    expect(reports[0]?.notes.join('\n')).toContain(
      './almanac backfill crypto-forecast --from 2025-06-05 --to 2025-06-05',
    )
    expect(await countsOf('imported_prices')).toEqual(
      ['binancecoin', 'bitcoin', 'ethereum'].map((crypto) => ({ crypto, rows: 2 })),
    )
    expect(
      await database.select(sql`select "timestamp"::text, price, volume, original->>'RSI' as rsi,
        jsonb_typeof(original->'Fear_Greed_Index') as fear, original->>'Fear_Greed_Classification' as word, run_id
        from imported_prices where crypto = 'bitcoin' order by "timestamp" desc limit 1`),
    ).toEqual([
      {
        timestamp: '2025-06-05 19:31:11+00',
        price: 102364.80501919382,
        volume: 29622930028.99862,
        rsi: '23.36983251632023',
        fear: 'number',
        word: 'Greed',
        run_id: 'import-crypto-forecast',
      },
    ])
    expect(await rowsOf('fear_greed_index')).toEqual([])
    expect(await rowsOf('candles')).toEqual([])
  })

  it('imports 4,320 candles a coin, the same from CSV and JSON', async () => {
    const csv = ['BTC', 'ETH', 'BNB'].map((coin) =>
      recordings(`prices/binance_klines12_${coin}USDT_1h_2026-01_2026-07.csv`),
    )
    const reports = await importedTwice(...csv)
    for (const report of reports)
      expect(report).toMatchObject({ kind: 'klines', read: 4320, written: 4320, skipped: {} })
    expect(await countsOf('candles')).toEqual(
      ['binancecoin', 'bitcoin', 'ethereum'].map((crypto) => ({ crypto, rows: 4320 })),
    )
    expect(
      await database.select(sql`select "timestamp"::text, source, open, high, low, close, volume, volume_24h from candles
        where crypto = 'bitcoin' order by "timestamp" limit 1`),
    ).toEqual([
      {
        timestamp: '2026-01-27 18:00:00+00',
        source: 'binance',
        open: 87546.58,
        high: 88510.15,
        low: 87450,
        close: 88285.05,
        volume: 76057266.5394779,
        volume_24h: null,
      },
    ])
    const before = await contents()
    const json = ['BTC', 'ETH', 'BNB'].map((coin) => recordings(`binance/klines_${coin}USDT_1h.json`))
    for (const report of await imported(...json))
      expect(report).toMatchObject({ kind: 'klines', read: 4320, written: 0, unchanged: 4320 })
    expect(await contents()).toEqual(before)
  })

  it('imports 2,977 days of Fear & Greed', async () => {
    const path = recordings('fear-greed/fng_history_2018-02-01_2026-03-31.csv')
    expect(await importedTwice(path)).toMatchObject([
      { kind: 'fear_greed_index', read: 2977, written: 2977, skipped: {} },
    ])
    expect(
      await database.select(
        sql`select min(date)::text as first, max(date)::text as last, count(*)::int as days from fear_greed_index`,
      ),
    ).toEqual([{ first: '2018-02-01', last: '2026-03-31', days: 2977 }])
  })

  it.each(['prices/binance_klines12_BTCUSDT_1d_2024-07_2026-07.csv', 'binance/klines_BTCUSDT_1d.json'])(
    'refuses %s because it holds days, and writes nothing of the same import',
    async (path) => {
      const good = recordings('binance/klines_BTCUSDT_1h.json')
      await expect(imported(good, recordings(path))).rejects.toThrow(
        /holds candles of 24 h; expected candles of one hour/,
      )
      expect(await rowsOf('candles')).toEqual([])
    },
  )
})

describe('dumps of the old tables', () => {
  it('keeps imported prices and predictions apart from what Almanac computes', async () => {
    const prices = file(
      'crypto_prices.csv',
      'id,crypto,timestamp,price,volume,rsi,adx',
      '1,bitcoin,2025-06-05 00:00:00+00,104812.9182188067,25812143562.79796,35.48,NaN',
      '2,ethereum,2025-06-05 19:31:11.123456+00,2610.5,,0,',
    )
    const predictions = file(
      'predictions.csv',
      'crypto,timestamp,predicted_price,last_price,decision,model_mae,model_version',
      'bitcoin,2025-06-05 19:31:20.5+00,104000.25,104812.9,HOLD,812.5,v2',
    )
    const [, report] = await importedTwice(prices, predictions)
    expect(report?.notes.join()).toContain('not scored')
    expect(
      await database.select(sql`select crypto, volume, original from imported_prices order by crypto`),
    ).toEqual([
      { crypto: 'bitcoin', volume: 25812143562.79796, original: { rsi: 35.48, adx: null } },
      { crypto: 'ethereum', volume: null, original: { rsi: 0, adx: null } },
    ])
    expect(await rowsOf('imported_predictions')).toMatchObject([
      {
        crypto: 'bitcoin',
        predicted_price: 104000.25,
        decision: 'HOLD',
        model_mae: 812.5,
        model_version: 'v2',
      },
    ])
    expect(await rowsOf('predictions')).toEqual([])
  })

  it('scores exported forecasts by the stored prices, and shows them as those of another model', async () => {
    const hour = (at: number) => new Date(START_MS + at * HOUR_MS)
    const prices = [100, 110, 90].map((price, at) => ({
      crypto: 'bitcoin',
      timestamp: hour(at),
      price,
      source: 'binance' as const,
      formulas: 1,
    }))
    await writeRows(
      database.db,
      { crypto_prices: prices },
      { observedAt: hour(4), runId: 'live', retryBudget },
    )
    const line = (at: number, model: string, predicted: number) =>
      [hour(at + 2), 'bitcoin', '1h', model, hour(at), hour(at + 1.2)]
        .map((cell) => (cell instanceof Date ? cell.toISOString() : cell))
        .concat([String(predicted), '95', '115', String(prices[at]?.price), 'HOLD'])
        .join()
    const path = file(
      'predictions.csv',
      'target_time,crypto,horizon,model_version,timestamp,made_at,predicted_price,lower,upper,last_price,decision',
      line(0, 'ridge-1', 104),
      line(1, 'mine', 111),
      // Its hour has no price yet.
      line(2, 'mine', 90),
    )
    const [report] = await importedTwice(path)
    expect(report).toMatchObject({ kind: 'forecasts', read: 3, written: 3, problems: [] })
    expect(
      await database.select(sql`select model_version, actual_price, error, naive_error, direction_right, within_interval
        from predictions left join prediction_scores using (crypto, horizon, target_time, model_version) order by target_time`),
    ).toMatchObject([
      {
        model_version: 'imported/ridge-1',
        actual_price: 110,
        error: -6,
        naive_error: -10,
        direction_right: true,
      },
      {
        model_version: 'imported/mine',
        actual_price: 90,
        error: 21,
        naive_error: 20,
        within_interval: false,
      },
      { model_version: 'imported/mine', actual_price: null },
    ])
    expect(await newestForecasts(database.db)).toEqual([])
  })

  it('imported Fear & Greed adds missing days and leaves collected ones unchanged', async () => {
    const days = [{ date: '2025-06-05', value: 57, classification: 'Greed' }]
    // Midnight is the earliest at which a day can be seen.
    const observedAt = new Date('2025-06-05T00:00:00.001Z')
    await writeRows(database.db, { fear_greed_index: days }, { observedAt, runId: 'live', retryBudget })
    const path = file('fng.csv', 'date,value,classification', '2025-06-05,12,Fear', '2025-06-04,62,Greed')
    expect(await importedTwice(path)).toMatchObject([{ read: 2, written: 1, unchanged: 1 }])
    expect(
      await database.select(sql`select date::text, value, run_id from fear_greed_index order by date`),
    ).toEqual([
      { date: '2025-06-04', value: 62, run_id: 'import-crypto-forecast' },
      { date: '2025-06-05', value: 57, run_id: 'live' },
    ])
  })

  it('imports a comparison as one row a coin at the time in the file name', async () => {
    const path = file(
      'crypto_price_comparison_20250605-193111.csv',
      'Crypto;CoinGecko Price;Binance Price;Difference (%)',
      'bitcoin;100000.0;101000.0;0.99',
      'ETH;2600.0;;',
      'dogecoin;1.0;1.0;0.0',
    )
    const [report] = await importedTwice(path)
    expect(report).toMatchObject({ read: 3, written: 2, problems: [{ line: 4 }] })
    expect(
      await database.select(sql`select crypto, "timestamp"::text, coingecko_price, binance_price, difference, difference_percent
        from price_comparisons order by crypto`),
    ).toEqual([
      {
        crypto: 'bitcoin',
        timestamp: '2025-06-05 19:31:11+00',
        coingecko_price: 100000,
        binance_price: 101000,
        difference: 1000,
        difference_percent: 1,
      },
      {
        crypto: 'ethereum',
        timestamp: '2025-06-05 19:31:11+00',
        coingecko_price: 2600,
        binance_price: null,
        difference: null,
        difference_percent: null,
      },
    ])
  })

  it('reports a wrong line of a dump with file and number, and imports the rest', async () => {
    const path = file(
      'crypto_prices.csv',
      'crypto,timestamp,price',
      'bitcoin,2025-06-05 00:00:00,1',
      'bitcoin,yesterday,1',
      'bitcoin,2025-06-06 00:00:00',
      'dogecoin,2025-06-07 00:00:00,1',
      'BTC,2025-06-08 00:00:00,1',
    )
    const { code, stdout } = await almanac(path)
    expect(code).toBe(0)
    expect(stdout).toContain(`${path}:3: timestamp is not a date and time (found "yesterday")`)
    expect(stdout).toContain(`${path}:4: the number of values differs from the header`)
    expect(stdout).toContain(`${path}:5: crypto is not a coin of almanac.yaml (bitcoin/BTC,`)
    expect(await countsOf('imported_prices')).toEqual([{ crypto: 'bitcoin', rows: 2 }])
  })
})

describe('candles from a file', () => {
  it('an imported candle never outranks a collected one, whether it came before or after', async () => {
    const path = file('BTCUSDT-1h-2026-01.csv', ...hours(3))
    const collected = (hour: number): WritableRows['candles'] => ({
      crypto: 'bitcoin',
      timestamp: new Date(START_MS + hour * HOUR_MS),
      source: 'binance',
      close: 777,
    })
    const collect = (hour: number) =>
      writeRows(
        database.db,
        { candles: [collected(hour)] },
        { observedAt: new Date(START_MS + (hour + 1) * HOUR_MS), runId: 'live', retryBudget },
      )
    await collect(0)
    expect(await imported(path)).toMatchObject([{ read: 3, written: 2, unchanged: 1 }])
    await collect(1)
    expect(await imported(path)).toMatchObject([{ read: 3, written: 0, unchanged: 3 }])
    expect(await database.select(sql`select close, run_id from candles order by "timestamp"`)).toEqual([
      { close: 777, run_id: 'live' },
      { close: 777, run_id: 'live' },
      { close: 101, run_id: 'import-crypto-forecast' },
    ])
  })

  it('the next run computes from imported candles', async () => {
    const due = {
      formulas: 1,
      index: {
        day: new Int32Array(),
        columns: indexFeatures(new Float64Array(), {
          day: new Int32Array(),
          value: new Float64Array(),
        }),
      },
    }
    await imported(file('BTCUSDT.csv', ...hours(2)))
    expect(await computeFrom(database.db, 'bitcoin', due)).toBe(START_MS)
    expect(await computeFrom(database.db, 'ethereum', due)).toBeUndefined()
  })

  it('imports the same hours in another cut as the same candles, and corrects them from a mended file', async () => {
    const month = file('BTCUSDT-1h-2026-01.csv', ...hours(200))
    await imported(month)
    const before = await contents()
    const later = START_MS + 100 * HOUR_MS
    expect(await imported(file('BTCUSDT-later.csv', ...hours(100, later)))).toMatchObject([
      { written: 0, unchanged: 100 },
    ])
    expect(await contents()).toEqual(before)
    const mended = klineCells(later)
    mended[7] = '999.5'
    expect(await imported(file('BTCUSDT-mended.csv', mended.join(',')))).toMatchObject([{ written: 1 }])
  })

  it('leaves out and counts candles that are not over at the time of the import', async () => {
    const startMs = Date.UTC(2026, 10, 21, 8)
    const path = file('ETHUSDT.csv', KLINE_HEADER, ...hours(4, startMs))
    const [report] = await importedTwice(path)
    expect(report).toMatchObject({
      read: 4,
      written: 2,
      skipped: { 'the hour has not ended yet': 2 },
      problems: [],
    })
  })

  it('names truncated JSON as a failure, and writes nothing', async () => {
    const path = file('BTCUSDT.json', `[[${hours(1).join()}], [17`)
    await expect(imported(path)).rejects.toThrow(
      /BTCUSDT\.json is not valid JSON .*expected a list of candles/,
    )
    expect(await rowsOf('candles')).toEqual([])
  })
})

describe('wrong usage', () => {
  it.each([
    [['unknown'], /the first line is "a,b"; expected one of/],
    [['good', 'unknown'], /unknown\.csv: the first line/],
    [
      ['good', '--date', '2025-07-31'],
      /--date <day> belongs to mod-stats and library-context; crypto-forecast does not take it/,
    ],
  ])('rejects %j in a sentence, before anything is written', async (args, message) => {
    const files: Record<string, string> = {
      unknown: file('unknown.csv', 'a,b', '1,2'),
      good: file('BTCUSDT.csv', ...hours(2)),
    }
    const { code, stderr } = await almanac(...args.map((arg) => files[arg] ?? arg))
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
    expect(await rowsOf('candles')).toEqual([])
  })
})

it('import prints the same report as JSON', async () => {
  const path = file('BTCUSDT.csv', ...hours(2))
  const { code, stdout } = await almanac(path, '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    files: [{ file: path, kind: 'klines', read: 2, written: 2, unchanged: 0, skipped: {}, problems: [] }],
  })
})

describeRecorded('candles as people have them', () => {
  it('reads numbers that pandas wrote with exponents, and every digit of them', async () => {
    expect(await imported(given('BTCUSDT-1h-pandas.csv'))).toMatchObject([
      { read: 2, written: 2, problems: [] },
    ])
    const told = { open: 0.0000093, high: 0.0000094, low: 0.0000092, close: 0.00000935, volume: 9.3 }
    expect(
      await database.select(sql`select open, high, low, close, volume from candles order by timestamp`),
    ).toEqual([told, told])
  })

  it('reads candles that a French Excel saved, and refuses times that it has rounded', async () => {
    const cells = klineCells(START_MS).map((cell) => String(cell).replace('.', ','))
    const rounded = klineCells(START_MS + HOUR_MS).map((cell, place) => (place === 0 ? '1,76954E+12' : cell))
    const lines = [KLINE_HEADER.replaceAll(',', ';'), cells.join(';'), rounded.join(';')]
    expect(await imported(file('BTCUSDT-1h.csv', ...lines))).toMatchObject([
      {
        read: 2,
        written: 1,
        problems: [{ line: 3, reason: expect.stringContaining('open_time') as string }],
      },
    ])
    expect(await rowsOf('candles')).toMatchObject([{ open: 100.5, low: 99.25, volume: 760.5 }])
  })
})

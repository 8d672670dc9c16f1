import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { HOUR_MS } from '../../../../../core/durations.ts'
import { klineColumns, klineLines } from '../../../../../cli/crypto-forecast/import/kline-lines.ts'
import { parseKlines } from '../../../../../upstreams/binance/klines.ts'
import { describeRecorded, recorded, recording } from '../../../upstreams/recordings.ts'
import { KLINE_HEADER, klineCells, START_MS } from './files.ts'
import { LONG_UNIT_MS } from '../../../../support/bounds.ts'

// Seconds of computing on a busy machine.
vi.setConfig({ testTimeout: LONG_UNIT_MS })
const LATER_MS = START_MS + 1_000 * HOUR_MS
const linesAt = (nowMs: number) => {
  const { csv, json } = klineLines(nowMs)
  return { csv: csv('plain'), json }
}
const lines = linesAt(LATER_MS)
const candle = { openMs: START_MS, open: 100.5, high: 103, low: 99.25, close: 101, volume: 760.5, trades: 42 }

/** A line as it is read from a file with Binance's own header. */
function record(cells: (string | number)[]): Record<string, string> {
  const columns = klineColumns(KLINE_HEADER.split(','))
  return Object.fromEntries(columns.map((name, index) => [name, String(cells[index])]))
}

describe('a candle of a file', () => {
  it('reads the same candle from CSV and JSON, in milliseconds and microseconds', () => {
    for (const scale of [1, 1_000]) {
      const cells = klineCells(START_MS, { scale })
      expect(lines.csv(record(cells))).toEqual({ row: candle })
      expect(lines.json(cells)).toEqual({ row: candle })
    }
  })

  it('a candle that is not closed at the time of the import is neither a row nor a fault', () => {
    const closeMs = START_MS + HOUR_MS - 1
    expect(linesAt(closeMs).csv(record(klineCells(START_MS)))).toEqual({ row: undefined })
    expect(linesAt(closeMs + 1).csv(record(klineCells(START_MS)))).toEqual({ row: candle })
  })

  it.each([
    [1, 'ten', 'open not a non-negative decimal'],
    [2, '100.75', 'the candle low and high do not enclose open and close'],
    [6, START_MS + 2 * HOUR_MS - 1, 'the candle is not an hour long'],
    [0, START_MS + 1, 'the candle does not open on a full hour'],
    [0, START_MS * 1_000 + 1, 'open_time Invalid input'],
    [8, 'many', 'trades Invalid input'],
  ])('rejects a candle with %i as %s by its column', (place, value, reason) => {
    const cells = klineCells(START_MS)
    cells[place] = value
    const found = lines.csv(record(cells))
    expect('reason' in found ? found.reason : '').toContain(reason)
  })

  it('reads a candle of any shape as a row or a reason', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (entry) => {
        const parsed = lines.json(entry)
        expect('reason' in parsed ? parsed.reason : '').not.toBe('')
      }),
    )
  })
})

describeRecorded('the recorded candles', () => {
  it.each(['BTC', 'ETH', 'BNB'])(
    'reads %s the same from CSV and JSON, and as the live client does',
    (coin) => {
      const all = linesAt(Date.UTC(2026, 10, 21))
      const text = recording(`prices/binance_klines12_${coin}USDT_1h_2026-01_2026-07.csv`)
      // Every eighth: the rows of half a year are like each other.
      const some = <T>(rows: T[]) => rows.filter((_, row) => row % 8 === 0)
      const [header = '', ...rows] = text.trim().split('\n')
      const records: Record<string, string>[] = parse([header, ...some(rows)].join('\n'), {
        columns: klineColumns,
      })
      const whole = recorded(`binance/klines_${coin}USDT_1h.json`) as unknown[]
      expect(whole).toHaveLength(4_320)
      const entries = some(whole)
      const live = parseKlines(JSON.stringify(entries), Date.UTC(2026, 10, 21)).rows.map((row) => ({ row }))
      expect(live).toHaveLength(540)
      expect(records.map(all.csv)).toEqual(live)
      expect(entries.map(all.json)).toEqual(live)
    },
  )
})

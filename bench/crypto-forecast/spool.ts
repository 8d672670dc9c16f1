/** The spool: how long a call takes that goes to the disk, and how fast the database gets it back. */
import { HOUR_MS } from '../../core/durations.ts'
import type { DatabaseHandle } from '../../db/database.ts'
import { drainSpool } from '../../db/spool/drain.ts'
import { openSpool, spoolFolder, type Spool } from '../../db/spool/spool.ts'
import { folderBytes } from '../../db/spool/folder.ts'
import type { WritableRows } from '../../db/writable-tables.ts'
import { withBenchDatabase } from '../bench-stack.ts'
import { median, spread, type Figure } from '../figure.ts'

const ROWS = 100_000
/** Rows of a segment: a page of candles, and a minute of a feed. */
const SEGMENTS_OF = [1_000, 40]
const REPETITIONS = 5
const TARGET_SECONDS = 5
const CAP_BYTES = 1_000_000_000

export async function spool(): Promise<Figure[]> {
  return withBenchDatabase(async (database, folder) => {
    const figures: Figure[] = []
    for (const rows of SEGMENTS_OF) figures.push(...(await measure(database, folder, rows)))
    return figures
  })
}

/** Spools the same calls and drains them again and again, into an empty table. */
async function measure(database: DatabaseHandle, parent: string, rowsEach: number): Promise<Figure[]> {
  const folder = spoolFolder(parent)
  const writing: number[] = []
  const draining: number[] = []
  let bytes = 0
  for (let round = 0; round <= REPETITIONS; round++) {
    await database.pool.query('truncate candles')
    await database.pool.query('checkpoint')
    const written = await fill(openSpool({ folder, capBytes: CAP_BYTES, warn: () => undefined }), rowsEach)
    bytes = folderBytes(folder)
    const seconds = await drain(database, folder)
    // The first round warms up.
    if (round === 0) continue
    writing.push(...written)
    draining.push(seconds)
  }
  const segments = ROWS / rowsEach
  const count = (number: number) => number.toLocaleString('en-US')
  return [
    {
      what: `draining ${count(ROWS)} rows, ${count(segments)} segments of ${count(rowsEach)}`,
      value: median(draining),
      unit: 's',
      atMost: TARGET_SECONDS,
      note: `${REPETITIONS} rounds, ${spread(draining, 's')}; ${(bytes / 1e6).toFixed(1)} MB on the disk`,
    },
    {
      what: `  writing a segment of ${count(rowsEach)}`,
      value: median(writing),
      unit: 'ms',
      note: `${count(writing.length)} segments, ${spread(writing, 'ms')}; synced one by one`,
    },
  ]
}

/** Milliseconds of each call. */
async function fill(into: Spool, rowsEach: number): Promise<number[]> {
  const times: number[] = []
  for (let first = 0; first < ROWS; first += rowsEach) {
    const candles = Array.from({ length: rowsEach }, (_, index) => candle(first + index))
    const startedAt = performance.now()
    await into.writeRows({ candles }, { observedAt: new Date(), runId: 'bench' })
    times.push(performance.now() - startedAt)
  }
  return times
}

function candle(hour: number): WritableRows['candles'] {
  const close = 60_000 + ((hour * 7_919) % 10_007) / 7
  return {
    crypto: 'bitcoin',
    timestamp: new Date(hour * HOUR_MS),
    source: 'binance',
    open: close - 12.5,
    high: close + 80.25,
    low: close - 91.75,
    close,
    volume: 1_000 + (hour % 977) / 3,
    volume24h: null,
  }
}

/** Seconds until all of it is in the table; throws if it is not. */
async function drain({ db, pool }: DatabaseHandle, folder: string): Promise<number> {
  const startedAt = performance.now()
  const drained = await drainSpool(db, folder, { signal: new AbortController().signal })
  const seconds = (performance.now() - startedAt) / 1000
  const { rows } = await pool.query<{ rows: number }>('select count(*)::int as rows from candles')
  if (drained.rows !== ROWS || rows[0]?.rows !== ROWS)
    throw new Error(`of ${ROWS} rows ${drained.rows} were drained: ${JSON.stringify(drained)}`)
  return seconds
}

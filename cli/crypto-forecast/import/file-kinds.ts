/** Which of the importable files a file is, by its beginning, and whose and of when by its name. */
import { basename } from 'node:path'
import { WrongUsage } from '../../../core/failures.ts'
import { columnNames, headerOf, readHead, type Delimiter } from '../../import/csv-head.ts'
import { hasColumns, isBareKline, KLINE_COLUMNS, refusedInterval } from './kline-lines.ts'
import type { TrackedCoins } from './tracked-coins.ts'

/** A file and what it holds; `crypto` is missing where every line names its coin. */
export type RecognisedFile = { path: string; delimiter: Delimiter } & (
  | { kind: 'prices'; crypto: string | undefined }
  | { kind: 'predictions' }
  | { kind: 'fear_greed_index' }
  | { kind: 'price_comparisons'; takenAt: Date }
  | { kind: 'klines'; crypto: string; shape: 'header' | 'bare' | 'json' }
)

/** Columns by which a file is recognised, in any order and among others; the first that fits. */
const HEADERS = [
  ['klines', KLINE_COLUMNS],
  ['price_comparisons', ['crypto', 'coingecko price', 'binance price']],
  ['predictions', ['crypto', 'timestamp', 'predicted_price']],
  ['fear_greed_index', ['date', 'value', 'classification']],
  ['fear_greed_index', ['date', 'fear_greed_index', 'value_classification']],
  ['prices', ['timestamp', 'price']],
] as const

/** Letters of a wrong first line that a message shows. */
const SHOWN_CHARS = 200

/** Recognises a file. Throws `WrongUsage` where it cannot be read, is none of ours, or fits no coin. */
export function recogniseFile(path: string, coins: TrackedCoins): RecognisedFile {
  return recognise(path, readHead(path), coins)
}

/** As `recogniseFile`, from the beginning of its text. */
export function recognise(path: string, head: string, coins: TrackedCoins): RecognisedFile {
  if (/^\uFEFF?\s*\[/.test(head)) return klines({ path, delimiter: ',' }, 'json', head, coins)
  const delimiter = delimiterOf(head)
  const file = { path, delimiter }
  const header = headerOf(head, delimiter)
  if (isBareKline(header)) return klines(file, 'bare', head, coins)
  const columns = columnNames(header)
  const kind = HEADERS.find(([, needed]) => hasColumns(columns, needed))?.[0]
  switch (kind) {
    case 'klines':
      return klines(file, 'header', head, coins)
    case 'prices':
      return {
        ...file,
        kind,
        crypto: columns.includes('crypto') ? undefined : coinOfFeatures(path, coins),
      }
    case 'price_comparisons':
      return { ...file, kind, takenAt: timeOfComparison(path) }
    case undefined:
      throw unknownFile(path, head)
    default:
      return { ...file, kind }
  }
}

/** The old collectors wrote semicolons, PostgreSQL writes commas; the first line has more of its own. */
function delimiterOf(head: string): Delimiter {
  const line = /^\uFEFF?\s*([^\r\n]*)/.exec(head)?.[1] ?? ''
  return line.split(';').length > line.split(',').length ? ';' : ','
}

function klines(
  file: { path: string; delimiter: Delimiter },
  shape: 'header' | 'bare' | 'json',
  head: string,
  coins: TrackedCoins,
): RecognisedFile {
  const crypto = coins.inFileName(basename(file.path))
  if (crypto === undefined) {
    throw new WrongUsage(
      `${file.path} holds candles, but its name holds no trading pair of almanac.yaml; expected one of: ${coins.pairs}.`,
    )
  }
  const found = refusedInterval(head, shape, file.delimiter)
  if (found !== undefined) {
    throw new WrongUsage(
      `${file.path} holds ${found}; expected candles of one hour (interval 1h, close_time = open_time + 3599999 ms).`,
    )
  }
  return { ...file, kind: 'klines', crypto, shape }
}

/** `bitcoin_features.csv`, `btc_prices_rsi_20250612-101010.csv` (as its archive names it). */
function coinOfFeatures(path: string, coins: TrackedCoins): string {
  const name = /^(.+?)_(?:features|prices_rsi)(?![a-z])/i.exec(basename(path))?.[1]
  const crypto = coins.named(name ?? '')
  if (crypto !== undefined) return crypto
  const found = name === undefined ? 'its name begins with none' : `"${name}" is none of almanac.yaml`
  throw new WrongUsage(
    `${path} holds prices without a column crypto, so its name must say of which coin, and ${found}; expected COIN_features.csv or COIN_prices_rsi.csv with one of: ${coins.names}.`,
  )
}

/** Its name holds the only time there is, `%Y%m%d-%H%M%S`; the old collector ran on a machine in UTC. */
function timeOfComparison(path: string): Date {
  const time = /_(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})(?!\d)/.exec(basename(path))?.slice(1)
  const [year, month, day, hour, minute, second] = time ?? []
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const takenAt = new Date(`${iso}Z`)
  // Dates run over: the 31st of February would be a day in March.
  if (!Number.isNaN(takenAt.getTime()) && takenAt.toISOString().startsWith(iso)) return takenAt
  throw new WrongUsage(
    `${path} holds a comparison of prices, but its name holds no time; expected crypto_price_comparison_YYYYMMDD-HHMMSS.csv.`,
  )
}

function unknownFile(path: string, head: string): WrongUsage {
  const line = /^\uFEFF?\s*([^\r\n]*)/.exec(head)?.[1] ?? ''
  const expected = HEADERS.map(([kind, columns]) => `  ${columns.join(',')}  (${kind})`)
  return new WrongUsage(
    `${path}: the first line is "${line.slice(0, SHOWN_CHARS)}"; expected a header line with at least the columns of one of\n` +
      `${expected.join('\n')}\nwith commas or semicolons, or Binance's hourly candles without a header, or as a JSON list of lists.`,
  )
}

/** From one line of an old table or CSV file to a row, or to the reason why not. Pure. */
import * as z from 'zod'
import { HORIZON_NAMES, targetTime } from '../../../activities/crypto-forecast/horizons.ts'
import { importedModel } from '../../../core/crypto-forecast/imported-model.ts'
import { HOUR_MS } from '../../../core/durations.ts'
import {
  camelCased,
  dayOf,
  filled,
  numberOrNull,
  orNull,
  parseRecord,
  storable,
  valuesIn,
  whole,
  type Parsed,
} from '../../import/line-values.ts'
import type { Notation } from '../../../system/read-csv/notation.ts'
import { decimalIn, NOTHING } from '../../../system/read-csv/numbers.ts'
import type { TrackedCoins } from './tracked-coins.ts'

/** The index ends at 100, extreme greed. */
const MAX_FEAR_GREED = 100

/** A value of a column that is only kept: a number if it is one that JavaScript holds. */
const kept = (notation: Notation) =>
  storable.transform((value) => {
    if (NOTHING.test(value)) return null
    const number = decimalIn(value, notation)
    return number === undefined || (Number.isInteger(number) && !Number.isSafeInteger(number))
      ? value
      : number
  })

/** pandas writes a day alone if all times are midnight. */
const DAY_ALONE = /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}([./])\d{1,2}\1\d{4})$/

/** Columns that have their own place; the others keep the names that they have in their file. */
const OWN_COLUMNS = new Set(['id', 'crypto', 'timestamp', 'price', 'volume'])

/** Names of a price file's columns; Almanac's own are compared without regard to case. */
export const priceColumns = (header: string[]): string[] =>
  header.map((name) => {
    const own = name.trim().toLowerCase()
    return OWN_COLUMNS.has(own) ? own : name.trim()
  })

/** The parsers of all kinds of lines, for an import at `now`. */
export function tableLines(now: Date, coins: TrackedCoins, notation: Notation) {
  const { decimal, positive, timestamp, pastDay } = valuesIn(notation)
  const volume = decimal('is not a number from 0', (value) => value >= 0)
  const crypto = z.string().transform((name, context) => {
    const id = coins.named(name)
    if (id !== undefined) return id
    context.addIssue({ code: 'custom', message: `is not a coin of almanac.yaml (${coins.names})` })
    return z.NEVER
  })
  const moment = z
    .string()
    .transform((value) => (DAY_ALONE.test(value) ? `${value} 00:00:00` : value))
    .pipe(timestamp)
    .refine((at) => at <= now, { error: 'is in the future' })
  return {
    prices: z
      .object({ crypto, timestamp: moment, price: positive, volume: numberOrNull(volume) })
      .catchall(kept(notation))
      .transform(({ crypto: coin, timestamp: at, price: value, volume: traded, ...others }) => ({
        crypto: coin,
        timestamp: at,
        price: value,
        volume: traded,
        // A serial number says nothing, and another dump of the same rows has another one.
        original: Object.fromEntries(Object.entries(others).filter(([name]) => name !== 'id')),
      })),
    predictions: z
      .object({
        crypto,
        timestamp: moment,
        predicted_price: decimal(),
        last_price: numberOrNull(decimal()),
        decision: orNull(storable),
        model_mae: numberOrNull(decimal()),
        model_version: orNull(storable),
      })
      .transform(camelCased),
    forecasts: z
      .object({
        crypto,
        horizon: z.enum(HORIZON_NAMES, { error: `is none of ${HORIZON_NAMES.join(', ')}` }),
        target_time: moment,
        model_version: filled.transform((name) => importedModel(name.trim())),
        timestamp: moment,
        made_at: moment,
        predicted_price: positive,
        lower: numberOrNull(positive),
        upper: numberOrNull(positive),
        last_price: positive,
        decision: z.enum(['BUY', 'SELL', 'HOLD'], { error: 'is none of BUY, SELL, HOLD' }),
        model_mae: numberOrNull(decimal()),
        naive_mae: numberOrNull(decimal()),
        skill: numberOrNull(decimal()),
        train_from: orNull(timestamp),
        train_to: orNull(timestamp),
      })
      .refine(({ timestamp: base }) => base.getTime() % HOUR_MS === 0, {
        path: ['timestamp'],
        error: 'is not the beginning of an hour',
      })
      .refine(({ timestamp: base, horizon, target_time: due }) => +targetTime(+base, horizon) === +due, {
        path: ['target_time'],
        error: 'does not lie the horizon after the end of the hour in timestamp',
      })
      .refine(({ timestamp: base, made_at: made }) => +made >= +base + HOUR_MS, {
        path: ['made_at'],
        error: 'is before the end of the hour from which the forecast was made',
      })
      .refine(({ target_time: due, made_at: made }) => made < due, {
        path: ['made_at'],
        error: 'is not before the time that was forecast',
      })
      .transform(camelCased),
    fear_greed_index: z.object({
      date: pastDay(dayOf(now)),
      value: whole(MAX_FEAR_GREED),
      classification: filled,
    }),
    price_comparisons: z
      .object({
        crypto,
        'coingecko price': numberOrNull(positive),
        'binance price': numberOrNull(positive),
      })
      .transform((line) => compared(line.crypto, line['coingecko price'], line['binance price'])),
  }
}

type TableLines = ReturnType<typeof tableLines>
export type TableLine<Kind extends keyof TableLines> = z.infer<TableLines[Kind]>

/** The difference is computed as for collected prices: the old file rounds its own and does not say of which price. */
function compared(crypto: string, coingeckoPrice: number | null, binancePrice: number | null) {
  const difference = coingeckoPrice === null || binancePrice === null ? null : binancePrice - coingeckoPrice
  const differencePercent =
    coingeckoPrice === null || difference === null ? null : (difference / coingeckoPrice) * 100
  return { crypto, coingeckoPrice, binancePrice, difference, differencePercent }
}

/** A line of a dump of `fear_greed_index` or of its published history, which has other names. */
export function parseFearGreedLine(
  schema: TableLines['fear_greed_index'],
  record: Record<string, string>,
): Parsed<TableLine<'fear_greed_index'>> {
  return parseRecord(schema, {
    date: record['date'],
    value: record['value'] ?? record['fear_greed_index'],
    classification: record['classification'] ?? record['value_classification'],
  })
}

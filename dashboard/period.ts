/** How far back a view looks. */
import * as z from 'zod/mini'

export const PERIODS = ['7', '30', '90', '180', 'all'] as const
/** Days, or everything. */
export type Period = (typeof PERIODS)[number]

/** The period in an address; 90 days for anything else. */
export const period = z.catch(z.enum(PERIODS), '90')

const DAY_MS = 86_400_000

/** First UTC day of a period that ends today: seven days are today and the six before it. */
export function firstDayOf(chosen: Period, now: number): string | undefined {
  return chosen === 'all' ? undefined : firstDayBefore(Number(chosen), now)
}

/** First of a number of UTC days of which today is the last. */
export function firstDayBefore(days: number, now: number): string {
  return new Date(now - (days - 1) * DAY_MS).toISOString().slice(0, 10)
}

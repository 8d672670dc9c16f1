/** Numbers, moments and ages as a reader of one language and zone writes them. */

export type ZoneChoice = 'UTC' | 'local'

const SECOND_MS = 1_000
/** Largest first: an age is told in the largest unit that it fills. */
const AGE_UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400 * SECOND_MS],
  ['month', 30 * 86_400 * SECOND_MS],
  ['day', 86_400 * SECOND_MS],
  ['hour', 3_600 * SECOND_MS],
  ['minute', 60 * SECOND_MS],
  ['second', SECOND_MS],
]

/** Clocks are set back by an hour. */
const HOUR_MS = 3_600 * SECOND_MS

const DURATION_UNITS = AGE_UNITS.filter(([name]) => name !== 'year' && name !== 'month')

export interface Format {
  locale: string
  /** IANA name of the zone in which moments are written: `UTC`, `Europe/Paris`. */
  timeZone: string
  /** `1,234.5`, with as many digits as the value has, eight at most. */
  number(value: number): string
  /** `86%` of a share from 0 to 1. */
  percent(share: number): string
  /** `1.2M`, for axes and cards. */
  compact(value: number): string
  /** A moment with its zone: `29 Nov 2026, 20:58 UTC`. */
  moment(at: string | number): string
  /** The same without a zone, for columns whose head names it; with it where a clock that is set back tells it twice. */
  clock(at: string | number): string
  /** The same to the second. */
  second(at: string | number): string
  /** A UTC day, whatever the zone: `29 Nov 2026`. */
  day(day: string | number): string
  /** `3 minutes ago`, `in 2 hours`. */
  age(at: number, now: number): string
  /** `1 min 20 s`: the two largest units; `< 1 s` for less. */
  duration(ms: number): string
}

/** Returns the functions that write values for a locale, and a zone. */
export function formatIn(locale: string, timeZone: string): Format {
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 8 })
  const whole = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent' })
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 })
  const clock = {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  } as const
  const withoutZone = new Intl.DateTimeFormat(locale, clock)
  const toTheSecond = new Intl.DateTimeFormat(locale, { ...clock, second: '2-digit' })
  const withZone = new Intl.DateTimeFormat(locale, { ...clock, timeZoneName: 'short' })
  const day = new Intl.DateTimeFormat(locale, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  })
  const isTwice = (ms: number) =>
    timeZone !== 'UTC' &&
    [-HOUR_MS, HOUR_MS].some((shift) => withoutZone.format(ms + shift) === withoutZone.format(ms))
  const relative = new Intl.RelativeTimeFormat(locale)
  const unit = (name: string) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: 0,
    })
  return {
    locale,
    timeZone,
    number: (value) => (Number.isInteger(value) ? whole : number).format(value),
    percent: (share) => percent.format(share),
    compact: (value) => compact.format(value),
    moment: (at) => withZone.format(new Date(at)),
    clock: (at) => (isTwice(new Date(at).getTime()) ? withZone : withoutZone).format(new Date(at)),
    second: (at) => toTheSecond.format(new Date(at)),
    day: (at) => day.format(new Date(at)),
    age(at, now) {
      const [name, size] = AGE_UNITS.find(([, ms]) => Math.abs(at - now) >= ms) ?? ['second', SECOND_MS]
      return relative.format(Math.trunc((at - now) / size), name)
    },
    duration(ms) {
      if (ms < SECOND_MS) return `< ${unit('second').format(1)}`
      const first = DURATION_UNITS.findIndex(([, size]) => ms >= size)
      const units = DURATION_UNITS.slice(first === -1 ? -1 : first).slice(0, 2)
      let rest = ms
      const parts = units.map(([name, size], at) => {
        const value = at === units.length - 1 ? Math.round(rest / size) : Math.floor(rest / size)
        rest -= value * size
        return [name, value] as const
      })
      const told = parts.filter(([, value], at) => at === 0 || value > 0)
      return told.map(([name, value]) => unit(name).format(value)).join(' ')
    },
  }
}

/** Name of the zone as the page says it: `UTC`, `Europe/Paris`. */
export function zoneName(choice: ZoneChoice): string {
  return choice === 'UTC' ? 'UTC' : new Intl.DateTimeFormat().resolvedOptions().timeZone
}

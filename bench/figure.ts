/** What a benchmark says: figures with their targets, as a table for people and as JSON for programs. */
import { table } from '../cli/output.ts'

export interface Figure {
  what: string
  value: number
  /** Unit of value and target: `ms`, `s`, `MB`, `rows/s`, or nothing for a plain number. */
  unit: string
  /** What is to be reached, if anything is: at most or at least this. */
  atMost?: number
  atLeast?: number
  /** How the value came about: repetitions, spread, what it is compared with. */
  note?: string
}

/** Benchmarks by name. Each is loaded only when it runs, in a process of its own. */
export type Benchmarks = Record<string, () => Promise<() => Promise<Figure[]>>>

/** Whether the figure is within its limit; undefined without a limit. */
export function reached({ value, atMost, atLeast }: Figure): boolean | undefined {
  if (atMost === undefined && atLeast === undefined) return undefined
  return value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity)
}

/** The figures of one benchmark, one a line. */
export function figuresTable(figures: readonly Figure[]): string {
  const lines = figures.map((figure) => {
    const { what, value, unit, atMost, atLeast, note = '' } = figure
    const target = atMost === undefined ? atLeast : atMost
    const bound = target === undefined ? '' : `${atMost === undefined ? '>=' : '<='} ${said(target, unit)}`
    const isReached = reached(figure)
    const word = isReached === undefined ? '' : isReached ? 'reached' : 'MISSED'
    return [what, said(value, unit), bound, word, note]
  })
  return table(['figure', 'value', 'target', '', 'how'], lines)
}

function said(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2
  return `${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`.trim()
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1]
  const high = sorted[Math.floor(middle)]
  if (low === undefined || high === undefined)
    throw new RangeError('The median of no values is not a number.')
  return (low + high) / 2
}

/** `min to max` of measured values, for the note of a figure. */
export function spread(values: readonly number[], unit: string): string {
  return `${said(Math.min(...values), unit)} to ${said(Math.max(...values), unit)}`
}

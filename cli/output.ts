/** How commands speak: tables, durations and times for people, JSON for programs. Colours follow NO_COLOR. */
import Table from 'cli-table3'
import { SECOND_MS } from '../core/durations.ts'
import { printableJson } from '../core/foreign-text.ts'
import { wantsColour } from '../config/load-config.ts'
import { harmless, style, terminal } from './terminal.ts'
import type { RunCounts, SourceCounts } from '../core/run-outcome.ts'
import { sentence } from '../wording/sentence.ts'
import { fitTable, wrap, type ColumnFit } from './fit-table.ts'

type Colour = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'magenta' | 'cyan'

const using = (colour: Colour) => (text: string) => {
  const { stdout, env } = terminal()
  return wantsColour(stdout.isTTY, env) ? style(text, colour) : text
}

/** Colours for a person's terminal; a pipe, a log and CI get the words alone, unless they ask. */
export const paint: Record<Colour, (text: string) => string> = {
  bold: using('bold'),
  dim: using('dim'),
  green: using('green'),
  yellow: using('yellow'),
  red: using('red'),
  magenta: using('magenta'),
  cyan: using('cyan'),
}

const COLOURS: Record<string, (text: string) => string> = {
  complete: paint.green,
  done: paint.green,
  made: paint.green,
  active: paint.green,
  partial: paint.yellow,
  waiting: paint.yellow,
  paused: paint.yellow,
  skipped: paint.dim,
  missing: paint.red,
  failed: paint.red,
  'title-only': paint.red,
  interrupted: paint.red,
  cancelled: paint.magenta,
  running: paint.cyan,
}

/** A state word in its colour; pipes and NO_COLOR get the word alone. */
export function coloured(state: string): string {
  return (COLOURS[state] ?? ((text: string) => text))(state)
}

export interface TableOptions extends ColumnFit {
  /** Characters before each line. */
  margin?: number
}

/**
 * A quiet table: a header, no inner borders. On a terminal it fits the width: columns give way as the options say, then cells
 * are cut. Pipes get the whole text; there cells may hold several lines.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { margin = 0, ...givingWay }: TableOptions = {},
): string {
  const texts = rows.map((row) => row.map((cell) => harmless(String(cell))))
  const fitted = fitTable(head, texts, terminalWidth() - margin, givingWay)
  const isWhole = fitted.leftOut.length === 0 && fitted.below.every((lines) => lines.length === 0)
  const lines = linesOf(fitted.head, fitted.rows)
  if (isWhole) return lines.join('\n')
  const [first = '', ...others] = lines
  const note = `left out on a narrow terminal: ${fitted.leftOut.join('; ')} (--json has all)`
  return [
    first,
    ...others.flatMap((line, at) => [line, ...(fitted.below[at] ?? [])]),
    ...(fitted.leftOut.length === 0
      ? []
      : wrap(note, terminalWidth() - margin).map((part) => paint.dim(part))),
  ].join('\n')
}

/** Of a terminal that does not say. */
const DEFAULT_COLUMNS = 80

/** Columns of the terminal; infinite without a terminal. */
export function terminalWidth(): number {
  const { isTTY, columns = DEFAULT_COLUMNS } = terminal().stdout
  return isTTY === true ? columns : Infinity
}

function linesOf(head: string[], rows: string[][]): string[] {
  const lines = new Table({
    head: head.map((text) => paint.bold(text)),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '',
    },
  })
  lines.push(...rows)
  return lines
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

export function print(text = ''): void {
  terminal().stdout.write(`${text}\n`)
}

/** Prints a line of text; on a terminal it is broken between words. */
export function printWrapped(text: string): void {
  for (const line of wrap(text, terminalWidth())) print(line)
}

export function printJson(value: unknown): void {
  print(printableJson(JSON.stringify(value, null, 2)))
}

/** `2026-11-21 10:00:00 UTC`, the clock of everything in Almanac. */
export function moment(date: Date | undefined | null): string {
  return date ? `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC` : ''
}
const MINUTE_S = 60
const HOUR_S = 3_600

/** A duration in the two largest units that matter: `0.8 s`, `42 s`, `3 min 5 s`, `7 h 2 min`. */
export function duration(ms: number): string {
  const seconds = ms / SECOND_MS
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < MINUTE_S) return `${whole} s`
  if (whole < HOUR_S) return units(Math.floor(whole / MINUTE_S), 'min', whole % MINUTE_S, 's')
  return units(Math.floor(whole / HOUR_S), 'h', Math.floor((whole % HOUR_S) / MINUTE_S), 'min')
}

function units(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

/** Rows of all sources together. */
export function totals(counts: RunCounts): Pick<SourceCounts, 'fetched' | 'written' | 'rejected'> {
  const sum = (key: 'fetched' | 'written' | 'rejected') =>
    Object.values(counts).reduce((total, source) => total + source[key], 0)
  return { fetched: sum('fetched'), written: sum('written'), rejected: sum('rejected') }
}

/** The sources of a run as a table, with their reasons below each other. */
export function sourcesTable(counts: RunCounts): string {
  return table(
    ['source', 'outcome', 'fetched', 'written', 'rejected', 'why'],
    Object.entries(counts).map(([source, c]) => [
      source,
      coloured(c.outcome),
      c.fetched,
      c.written,
      c.rejected,
      c.why.map((reason) => sentence(reason)).join('\n'),
    ]),
    { below: ['why'] },
  )
}

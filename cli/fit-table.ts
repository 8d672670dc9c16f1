/**
 * Fits a table into a terminal's width: some columns fall below their row, some are left out, and at last the widest cells are
 * cut. Pure.
 */
import { stripVTControlCharacters } from 'node:util'

/** Which columns give way, by their heads; the first named goes first. */
export interface ColumnFit {
  /** Printed on separate lines below the row. */
  below?: readonly string[]
  /** Left out. */
  spare?: readonly string[]
}

export interface FittedTable {
  head: string[]
  rows: string[][]
  /** Lines below each row, by its place. */
  below: string[][]
  /** Heads of the columns that were left out. */
  leftOut: string[]
}

/** Between two columns. */
const GAP = 2
/** Of lines below a row. */
const INDENT = '    '
/** A name that is cut further says nothing any more; then the table is wider than the terminal. */
const MIN_CUT = 12

/** The table unchanged if it fits; cells of several lines only stay if nothing has to give way. */
export function fitTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
  { below = [], spare = [] }: ColumnFit = {},
): FittedTable {
  const columns = head.map((name, at) => ({ name, cells: rows.map((row) => row[at] ?? '') }))
  const whole = () => tableOf(columns, rows.length)
  if (widthOf(columns) <= width) return { ...whole(), below: rows.map(() => []), leftOut: [] }
  const fallen = below.flatMap((name) => taken(columns, name))
  const leftOut: string[] = []
  for (const name of spare) {
    if (widthOf(columns) <= width) break
    if (taken(columns, name).length > 0) leftOut.push(name)
  }
  for (const column of columns) column.cells = column.cells.map((cell) => cell.replaceAll('\n', ' '))
  cutWidest(columns, width)
  const linesOf = (at: number) =>
    fallen.flatMap(({ cells }) => (cells[at] === '' ? [] : (cells[at] ?? '').split('\n')))
  const indented = (line: string) => wrap(line, width - INDENT.length).map((part) => INDENT + part)
  return { ...whole(), below: rows.map((_, at) => linesOf(at).flatMap(indented)), leftOut }
}

interface Column {
  name: string
  cells: string[]
}

const tableOf = (columns: readonly Column[], rows: number) => ({
  head: columns.map(({ name }) => name),
  rows: Array.from({ length: rows }, (_, at) => columns.map(({ cells }) => cells[at] ?? '')),
})

/** Takes a column out of the list. */
function taken(columns: Column[], name: string): Column[] {
  const at = columns.findIndex((column) => column.name === name)
  return at < 0 ? [] : columns.splice(at, 1)
}

/** Characters that a text takes in a terminal, colours aside. */
export const shownLength = (text: string): number => stripVTControlCharacters(text).length

const columnWidth = ({ name, cells }: Column): number =>
  Math.max(...[name, ...cells].flatMap((text) => text.split('\n')).map(shownLength))

const widthOf = (columns: readonly Column[]): number =>
  columns.reduce((sum, column) => sum + columnWidth(column), 0) + GAP * Math.max(0, columns.length - 1)

function cutWidest(columns: Column[], width: number): void {
  for (;;) {
    const over = widthOf(columns) - width
    const [widest, second] = columns.toSorted((a, b) => columnWidth(b) - columnWidth(a))
    if (over <= 0 || widest === undefined || columnWidth(widest) <= MIN_CUT) return
    // Two long columns share what there is.
    const other = second === undefined ? 0 : columnWidth(second)
    const least = Math.max(MIN_CUT, Math.min(other, columnWidth(widest) - 1))
    const most = Math.max(columnWidth(widest) - over, least)
    widest.name = cut(widest.name, most)
    widest.cells = widest.cells.map((cell) => cut(cell, most))
  }
}

/** Colours of a cell that is cut are lost. */
function cut(text: string, most: number): string {
  return shownLength(text) <= most ? text : `${stripVTControlCharacters(text).slice(0, most - 1)}…`
}

/** A text on lines of limited length, broken between words; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && shownLength(last) + 1 + shownLength(word) <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** A check as a person reads it: a mark, the finding, and below it the remedy. */
import { wrap } from '../fit-table.ts'
import { paint, print, terminalWidth } from '../output.ts'
import type { Check } from './check.ts'

const MARKS: Record<Check['state'], () => string> = {
  ok: () => paint.green('✓'),
  warn: () => paint.yellow('!'),
  bad: () => paint.red('✗'),
  none: () => paint.dim('–'),
}
/** The longest name, `search attributes`, and two spaces. */
const NAME_WIDTH = 19

export function printCheck({ state, name, found, remedy }: Check): void {
  const lines = (text: string) => wrap(text, terminalWidth() - NAME_WIDTH - 2)
  const [first = '', ...others] = lines(found)
  print(`${MARKS[state]()} ${name.padEnd(NAME_WIDTH)}${first}`)
  const below = [...others, ...(remedy === undefined ? [] : lines(remedy).map((line) => paint.bold(line)))]
  for (const line of below) print(`  ${' '.repeat(NAME_WIDTH)}${line}`)
}

/** `almanac doctor`: every requirement with a tick, or with what to do about it. */
import type { Check } from '../doctor/check.ts'
import { examine } from '../doctor/examine.ts'
import { EXIT } from '../exit.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { paint, print, printJson, terminalWidth } from '../output.ts'
import { wrap } from '../fit-table.ts'

const MARKS: Record<Check['state'], () => string> = {
  ok: () => paint.green('✓'),
  warn: () => paint.yellow('!'),
  bad: () => paint.red('✗'),
  none: () => paint.dim('–'),
}
/** The longest name, `search attributes`, and two spaces. */
const NAME_WIDTH = 19

/** Exit code 0 if everything required is present, 1 otherwise; warnings do not count. */
export async function doctor(options: GlobalOptions & { json?: boolean }): Promise<number> {
  const examination = await examine(() => configOf(options))
  if (options.json) printJson(examination)
  else {
    if (examination.stack === 'demo') print('DEMO')
    for (const check of examination.checks) printCheck(check)
    const bad = examination.checks.filter(({ state }) => state === 'bad').length
    print(bad === 0 ? 'all requirements are met' : `${bad} to mend`)
  }
  return examination.passed ? EXIT.done : EXIT.runFailed
}

function printCheck({ state, name, found, remedy }: Check): void {
  const lines = (text: string) => wrap(text, terminalWidth() - NAME_WIDTH - 2)
  const [first = '', ...others] = lines(found)
  print(`${MARKS[state]()} ${name.padEnd(NAME_WIDTH)}${first}`)
  const below = [...others, ...(remedy === undefined ? [] : lines(remedy).map((line) => paint.bold(line)))]
  for (const line of below) print(`  ${' '.repeat(NAME_WIDTH)}${line}`)
}

/** `almanac doctor`: every requirement with a tick, or with what to do about it. */
import { examine } from '../doctor/examine.ts'
import { printCheck } from '../doctor/print-check.ts'
import { EXIT } from '../exit.ts'
import { configOf, type GlobalOptions } from '../command-context.ts'
import { print, printJson } from '../output.ts'

/** Exit code 0 if everything required is present, 1 otherwise; warnings do not count. */
export async function doctor(
  options: GlobalOptions & { json?: boolean; upstreams?: boolean },
): Promise<number> {
  const examination = await examine(() => configOf(options), options)
  if (options.json) printJson(examination)
  else {
    if (examination.stack === 'demo') print('DEMO')
    for (const check of examination.checks) printCheck(check)
    const bad = examination.checks.filter(({ state }) => state === 'bad').length
    print(bad === 0 ? 'all requirements are met' : `${bad} to mend`)
  }
  return examination.passed ? EXIT.done : EXIT.runFailed
}

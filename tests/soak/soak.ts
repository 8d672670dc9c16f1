/**
 * `npm run soak [-- name… --minutes N --seed S …]`: checks that take too long for every test run. Pipelines collect
 * while everything around them is killed, and the spool is killed some hundreds of times. Exit code 1 if a promise was
 * broken.
 */
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { print } from '../../cli/output.ts'
import { SOAKS } from './index.ts'
import type { Soak } from './soak-definition.ts'

const names = Object.keys(SOAKS)
const program = new Command('soak')
  .argument('[name...]', `which to run: ${names.join(', ')} (default: all)`)
  .option('--seed <number>', 'repeats the same disasters in the same order', positive, Date.now() % 1_000_000)
  .option('--short', 'some minutes, as the gate runs it: only the soaks that have a short form')
// Soaks may share an option: each has its own default.
const shared = new Map(
  Object.values(SOAKS).flatMap(({ options }) => options.map((each) => [each.flags, each.description])),
)
for (const [flags, description] of shared) program.option(flags, description, positive)
program.parse()

const isShort = program.getOptionValue('short') === true
const shortNames = names.filter((name) => SOAKS[name]?.options.some(({ short }) => short !== undefined))
const chosen = program.args.length > 0 ? program.args : isShort ? shortNames : names
const unknown = chosen.filter((name) => !names.includes(name))
if (unknown.length > 0)
  program.error(`There is no soak ${unknown.join(', ')}; there are ${names.join(', ')}.`)

let broken = 0
for (const name of chosen) {
  print(`\n${name}`)
  const soak = SOAKS[name]
  if (soak !== undefined) broken += await soak.run((option) => valueOf(soak, option))
}
process.exitCode = broken === 0 ? 0 : 1

/** What was given, else the soak's own: the short one if that is wanted. */
function valueOf({ options }: Soak, name: string): number {
  const given: unknown = program.getOptionValue(name)
  if (typeof given === 'number') return given
  const own = options.find(({ flags }) => new Option(flags).attributeName() === name)
  if (own === undefined) throw new Error(`there is no option ${name}`)
  return isShort ? (own.short ?? own.default) : own.default
}

function positive(text: string): number {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError('expected a positive number.')
  return number
}

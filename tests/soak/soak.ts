/**
 * `npm run soak [-- name… --minutes N --seed S …]`: checks that take too long for every test run. Pipelines collect
 * while everything around them is killed, and the spool is killed some hundreds of times. Exit code 1 if a promise was
 * broken.
 */
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { print } from '../../cli/output.ts'
import { SOAKS } from './index.ts'

const names = Object.keys(SOAKS)
const program = new Command('soak')
  .argument('[name...]', `which to run: ${names.join(', ')} (default: all)`)
  .option('--seed <number>', 'repeats the same disasters in the same order', positive, Date.now() % 1_000_000)
  .option('--short', 'half a minute, as the gate runs it: only the soaks that have a short form')
for (const { options } of Object.values(SOAKS))
  for (const { flags, description, default: value } of options)
    program.option(flags, description, positive, value)
program.parse()

const isShort = program.getOptionValue('short') === true
const shortNames = names.filter((name) => SOAKS[name]?.options.some(({ short }) => short !== undefined))
const chosen = program.args.length > 0 ? program.args : isShort ? shortNames : names
if (isShort)
  for (const { flags, short } of chosen.flatMap((name) => SOAKS[name]?.options ?? []))
    if (short !== undefined) program.setOptionValue(new Option(flags).attributeName(), short)
const unknown = chosen.filter((name) => !names.includes(name))
if (unknown.length > 0)
  program.error(`There is no soak ${unknown.join(', ')}; there are ${names.join(', ')}.`)

let broken = 0
for (const name of chosen) {
  print(`\n${name}`)
  broken += (await SOAKS[name]?.run(option)) ?? 0
}
process.exitCode = broken === 0 ? 0 : 1

function option(name: string): number {
  const value = program.getOptionValue(name)
  if (typeof value !== 'number') throw new Error(`there is no option ${name}`)
  return value
}

function positive(text: string): number {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError('expected a positive number.')
  return number
}

/** `npm run bench [-- name…] [--json FILE]`: runs all benchmarks or the named ones, one after another. */
import { writeFileSync } from 'node:fs'
import { Command } from '@commander-js/extra-typings'
import { print, table } from '../cli/output.ts'
import { BENCHMARKS } from './index.ts'
import { figuresTable, reached, type Figure } from './figure.ts'
import { machineFacts } from './machine.ts'

const names = Object.keys(BENCHMARKS)
const program = new Command('bench')
  .argument('[name...]', `which to run: ${names.join(', ')} (default: all)`)
  .option('--json <file>', 'also write the figures to this file')
  .parse()
const chosen = program.args.length === 0 ? names : program.args
const unknown = chosen.filter((name) => !names.includes(name))
if (unknown.length > 0)
  program.error(`There is no benchmark ${unknown.join(', ')}; there are ${names.join(', ')}.`)

const machine = await machineFacts()
print(table(['machine', ''], Object.entries(machine)))
const figures: Record<string, Figure[]> = {}
for (const name of chosen) {
  const run = await BENCHMARKS[name]?.()
  print(`\n${name} is running …`)
  const startedAt = performance.now()
  const found = (await run?.()) ?? []
  figures[name] = found
  print(`${name} (${((performance.now() - startedAt) / 1000).toFixed(0)} s)`)
  print(figuresTable(found))
}
const missed = Object.values(figures)
  .flat()
  .filter((figure) => reached(figure) === false)
print(
  missed.length === 0
    ? '\nevery target reached'
    : `\n${missed.length} targets missed: ${missed.map(({ what }) => what.trim()).join(', ')}`,
)
process.exitCode = missed.length === 0 ? 0 : 1
const { json } = program.opts()
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, figures }, null, 2)}\n`)

/** `npm run bench [-- name…] [--json FILE]`: runs all benchmarks or the named ones, one after another. */
import { fork } from 'node:child_process'
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

/** In a process of its own: what another benchmark left in memory counts for none. */
function figuresOf(name: string): Promise<Figure[]> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('one.ts', import.meta.url), [name], { execArgv: process.execArgv })
    let figures: Figure[] | undefined
    child.once('message', (sent) => {
      figures = sent as Figure[]
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      if (figures === undefined) reject(new Error(`The benchmark ${name} ended with exit code ${code}.`))
      else resolve(figures)
    })
  })
}

const machine = await machineFacts()
print(table(['machine', ''], Object.entries(machine)))
const figures: Record<string, Figure[]> = {}
for (const name of chosen) {
  print(`\n${name} is running …`)
  const startedAt = performance.now()
  const found = await figuresOf(name)
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

/** `npm run bench [-- name…] [--json FILE]`: runs all benchmarks or the named ones, one after another. */
import { writeFileSync } from 'node:fs'
import { Command } from '@commander-js/extra-typings'
import { print, table } from '../cli/output.ts'
import { figuresTable, reached, type Figure } from './figure.ts'
import { machineFacts } from './machine.ts'

/** Each is loaded only when it runs, so that none weighs on another's memory. */
const BENCHMARKS: Record<string, () => Promise<() => Promise<Figure[]>>> = {
  engine: async () => (await import('./engine.ts')).engine,
  upserts: async () => (await import('./upserts.ts')).upserts,
  'mod-stats': async () => (await import('./mod-stats/mod-stats.ts')).modStats,
  indicators: async () => (await import('./crypto-forecast/indicators.ts')).indicators,
  'forecast-model': async () => (await import('./crypto-forecast/forecast-model.ts')).forecastModel,
  'crypto-forecast': async () => (await import('./crypto-forecast/crypto-forecast.ts')).cryptoForecast,
  'crypto-grid': async () => (await import('./crypto-forecast/crypto-grid.ts')).cryptoGrid,
  'library-context': async () => (await import('./library-context/library-context.ts')).libraryContext,
  'match-results': async () => (await import('./match-results/match-results.ts')).matchResults,
  spool: async () => (await import('./spool.ts')).spool,
  recovery: async () => (await import('./recovery.ts')).recovery,
  'start-up': async () => (await import('./start-up.ts')).startUp,
  memory: async () => (await import('./memory.ts')).memory,
}

const names = Object.keys(BENCHMARKS)
const program = new Command('bench')
  .argument('[name...]', `which to run: ${names.join(', ')} (all where none is named)`)
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
const { json } = program.opts()
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, figures }, null, 2)}\n`)

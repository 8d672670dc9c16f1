/**
 * `npm run soak [-- name… --minutes N --seed S …]`: what is too long for every test run. mod-stats collects for so many
 * minutes while everything around it is killed, match-results lives through a simulated day of disasters, and the spool is
 * killed some hundreds of times. Exit code 1 when a promise was broken.
 */
import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { print } from '../../cli/output.ts'

interface SoakOptions {
  minutes: number
  seed: number
  mods: number
  matchMinutes: number
  rounds: number
}

/** Each answers how many promises were broken; loaded only when it runs. */
const SOAKS: Record<string, (options: SoakOptions) => Promise<number>> = {
  'mod-stats': async (options) => (await import('./mod-stats/soak-mod-stats.ts')).soakModStats(options),
  'match-results': async ({ matchMinutes: minutes, seed }) =>
    (await import('./match-results/match-soak.ts')).soakMatchResults({ minutes, seed }),
  spool: async ({ rounds }) => (await import('./match-results/match-soak-spool.ts')).soakSpool(rounds),
}

const names = Object.keys(SOAKS)
const program = new Command('soak')
  .argument('[name...]', `which to run: ${names.join(', ')} (all where none is named)`)
  .option('--minutes <count>', 'how long mod-stats is soaked', positive, 10)
  .option('--seed <number>', 'repeats the same disasters in the same order', positive, Date.now() % 1_000_000)
  .option('--mods <count>', 'mods collected in each run of mod-stats', positive, 300)
  .option('--match-minutes <count>', 'simulated minutes of match-results', positive, 1_440)
  .option('--rounds <count>', 'kills of a writer and of a drainer of the spool', positive, 500)
  .parse()
const chosen = program.args.length === 0 ? names : program.args
const unknown = chosen.filter((name) => !names.includes(name))
if (unknown.length > 0)
  program.error(`There is no soak ${unknown.join(', ')}; there are ${names.join(', ')}.`)

let broken = 0
for (const name of chosen) {
  print(`\n${name}`)
  broken += (await SOAKS[name]?.(program.opts())) ?? 0
}
process.exitCode = broken === 0 ? 0 : 1

function positive(text: string): number {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError('expected a positive number.')
  return number
}

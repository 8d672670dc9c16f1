/** The stack and its parts: `up`, `worker`, `simulator`. */
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { add, ids, list, whole, type SetExitCode } from './add-command.ts'

export function addStackCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  add(
    program,
    'up',
    'start the whole stack and stay: databases, Temporal, worker, schedules, first collection',
    [
      'npx almanac up',
      'npx almanac up --only mod-stats --log-file almanac.log',
      'npx almanac up --demo --once',
    ],
  )
    .option('--once', 'run every pipeline once, print the table and stop')
    .option(
      '--only <pipelines>',
      `only the schedules and collections of these pipelines, separated by commas (${ids})`,
      list,
    )
    .option('--log-file <path>', "write the worker's log to this file")
    .action(async (options) => {
      setExitCode(await (await import('../up.ts')).up(options))
    })
  add(program, 'worker', 'run a worker against a Temporal server and a database that are already there', [
    'npx almanac worker',
  ])
    .option('--log-file <path>', 'write the log to this file')
    .action(async (options) => {
      setExitCode(await (await import('../worker.ts')).worker(options))
    })
  add(program, 'simulator', 'run local stand-ins for every upstream, for trying and testing', [
    'npx almanac simulator --port 7400 --mods 5000',
  ])
    .option('--port <port>', 'port to listen on (default: SIMULATOR_PORT)', whole)
    .option('--mods <count>', 'how many mods there are', whole, 3)
    .option('--coins <count>', 'how many coins there are', whole, 3)
    .option('--libraries <count>', 'how many libraries there are beside the fixed ones', whole, 0)
    .option('--fast-matches', 'matches begin 12 hours ago and pass a minute a second until they reach now')
    .option('--seed <number>', 'another seed gives other numbers', whole, 1)
    .option('--no-rate-limits', 'answer as fast as possible')
    .action(async (options) => {
      await (await import('../simulator.ts')).simulator(options)
    })
}

/** The stack and its parts: `up`, `worker`, `serve`, `simulator`. */
import { Option, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { ALMANAC } from '../../../core/command-name.ts'
import { PART_FLAGS } from '../../../simulator/flags.ts'
import { add, example, ids, list, whole, type SetExitCode } from './add-command.ts'

export function addStackCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  add(
    program,
    'up',
    'start the whole stack and keep it running: databases, Temporal, worker, schedules, first collection',
    [
      `${ALMANAC} up`,
      `${ALMANAC} up --only ${example} --log-file almanac.log`,
      `${ALMANAC} up --demo --once`,
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
  add(program, 'worker', 'run a worker against an existing Temporal server and database', [
    `${ALMANAC} worker`,
  ])
    .option(
      '--log-file <path>',
      'write the log to this file (default: print it, and write it to WORKER_LOG too)',
    )
    .action(async (options) => {
      setExitCode(await (await import('../worker.ts')).worker(options))
    })
  add(program, 'serve', 'show what is collected: the page and its API, for a stack that is already there', [
    `${ALMANAC} serve`,
    `${ALMANAC} serve --port 8080`,
    `${ALMANAC} serve --host 0.0.0.0`,
  ])
    .option(
      '--host <address>',
      'address to listen at, beyond 127.0.0.1 with ALMANAC_TOKEN (default: PAGE_HOST)',
    )
    .option(
      '--port <port>',
      'the only port to listen at (default: PAGE_PORT, and OVERVIEW_PORT besides)',
      whole,
    )
    .option('--log-file <path>', 'write the log to this file')
    .addOption(new Option('--folder <path>', 'marks the server that belongs to a stack').hideHelp())
    .action(async (options) => {
      setExitCode(await (await import('../serve.ts')).serve(options))
    })
  const simulator = add(program, 'simulator', 'run local stand-ins for all upstreams, for trials and tests', [
    `${ALMANAC} simulator --port 7400 --mods 5000`,
  ])
    .option('--port <port>', 'port to listen on (default: SIMULATOR_PORT)', whole)
    .option('--seed <number>', 'seed of the simulated data; another seed gives other numbers', whole, 1)
    .option('--no-rate-limits', 'respond as fast as possible')
  for (const { flags, help } of PART_FLAGS) addFlag(simulator, flags, help)
  simulator.action(async (options) => {
    await (await import('../simulator.ts')).simulator(options)
  })
}

function addFlag(command: CommandUnknownOpts, flags: string, help: string): void {
  const option = new Option(flags, help)
  command.addOption(option.isBoolean() ? option : option.argParser(whole))
}

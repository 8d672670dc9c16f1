/** The list of commands with their options and examples; each one's work is in its own file, loaded when called. */
import { InvalidArgumentError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { PIPELINES } from '../../registry.ts'

type SetExitCode = (code: number) => void

const ids = PIPELINES.map(({ id }) => id).join(', ')

/** Adds a command with the options that every command has. */
function add<const Usage extends string>(
  parent: CommandUnknownOpts,
  usage: Usage,
  description: string,
  examples: string[] = [],
) {
  const command = parent
    .command(usage)
    .description(description)
    .option('--demo', "talk to the demo's stack instead of the live one")
    .option('--verbose', 'say more; errors show where they come from')
  if (examples.length > 0)
    command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`)
  return command
}

export function addCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  addStackCommands(program, setExitCode)
  addRunCommands(program, setExitCode)
  addForecastCommands(program, setExitCode)
  addScheduleCommands(program)
  addDatabaseCommands(program)
  addMachineCommands(program, setExitCode)
  addImportCommand(program, setExitCode)
}

function addStackCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
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
    .option('--only <pipelines>', `only these pipelines, separated by commas (${ids})`, list)
    .option('--log-file <path>', "write the worker's log to this file")
    .action(async (options) => {
      setExitCode(await (await import('./up.ts')).up(options))
    })
  add(program, 'worker', 'run a worker against a Temporal server and a database that are already there', [
    'npx almanac worker',
  ])
    .option('--log-file <path>', 'write the log to this file')
    .action(async (options) => {
      setExitCode(await (await import('./worker.ts')).worker(options))
    })
  add(program, 'simulator', 'run local stand-ins for every upstream, for trying and testing', [
    'npx almanac simulator --port 7400 --mods 5000',
  ])
    .option('--port <port>', 'port to listen on (default: SIMULATOR_PORT)', whole)
    .option('--mods <count>', 'how many mods there are', whole, 3)
    .option('--coins <count>', 'how many coins there are', whole, 3)
    .option('--seed <number>', 'another seed gives other numbers', whole, 1)
    .option('--no-rate-limits', 'answer as fast as possible')
    .action(async (options) => {
      await (await import('./simulator.ts')).simulator(options)
    })
}

function addRunCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  add(program, 'run <pipeline>', `start a run now (${ids})`, [
    'npx almanac run mod-stats --wait',
    'npx almanac run mod-stats --wait --json --input boundSeconds=60',
  ])
    .option('--wait', 'stay until it ends; shows what waits, why, and when it is tried next')
    .option('--strict', 'with --wait: a partial run exits with 1, too')
    .option('--json', 'print JSON')
    .option('--input <key=value...>', 'parameters of the run, such as boundSeconds=60')
    .action(async (pipeline: string, options) => {
      setExitCode(await (await import('./run.ts')).run(pipeline, options))
    })
  add(program, 'runs [pipeline]', 'list the newest runs', [
    'npx almanac runs',
    'npx almanac runs mod-stats --limit 5 --json',
  ])
    .option('--limit <count>', 'how many', whole, 20)
    .option('--json', 'print JSON')
    .action(async (pipeline: string | undefined, options) => {
      await (await import('./runs.ts')).runs(pipeline, options)
    })
  add(
    program,
    'show <run>',
    'everything about one run: steps, attempts, what waits and until when, counts per source',
    ['npx almanac show mod-stats-2026-11-21T10:00:00Z', 'npx almanac show 0199a7c1 --json'],
  )
    .option('--json', 'print JSON')
    .action(async (id: string, options) => {
      await (await import('./show.ts')).show(id, options)
    })
  add(
    program,
    'backfill <pipeline>',
    'collect a time that is over, where a pipeline can; says first how much',
    [
      'npx almanac backfill crypto-forecast --from 2026-11-01 --to 2026-11-07 --only-missing --wait',
      'npx almanac backfill crypto-forecast --from 2026-11-07T06:00:00Z',
    ],
  )
    .option('--from <time>', 'first day or moment (2026-11-01, 2026-11-01T06:00:00Z)')
    .option('--to <time>', 'last day, to its end, or moment (default: now)')
    .option('--only-missing', 'ask only for hours that are not stored')
    .option('--wait', 'stay until the run ends; shows what waits, why, and when it is tried next')
    .option('--json', 'print JSON')
    .action(async (pipeline: string, options) => {
      setExitCode(await (await import('./backfill.ts')).backfill(pipeline, options))
    })
  add(program, 'cancel <run>', 'cancel a run; its record says so', [
    'npx almanac cancel mod-stats-2026-11-21T10:00:00Z',
  ]).action(async (id: string, options) => {
    await (await import('./cancel.ts')).cancel(id, options)
  })
}

function addForecastCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  const forecast = program
    .command('forecast')
    .description('the forecasts of crypto-forecast, and how good they are')
  const load = async () => import('./forecast.ts')
  add(forecast, 'latest', 'the newest forecast of each coin: the next hour and the next day', [
    'npx almanac forecast latest',
    'npx almanac forecast latest --coin BTC --json',
  ])
    .option('--coin <id or code>', 'this coin alone (default: all)')
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await load()).latest(options)
    })
  add(
    forecast,
    'report',
    'what became of the forecasts that were made: against the naive forecast, with counts',
    ['npx almanac forecast report', 'npx almanac forecast report --coin BTC --days 7 --json'],
  )
    .option('--coin <id or code>', 'this coin alone (default: all)')
    .option('--days <count>', 'forecasts made in so many days', days, 30)
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await load()).report(options)
    })
  add(
    forecast,
    'backtest',
    'what the forecasts of a past time would have been: walk-forward over the stored hours, nothing is stored',
    [
      'npx almanac forecast backtest',
      'npx almanac forecast backtest --coin bitcoin --days 90 --refit-hours 1',
    ],
  )
    .option('--coin <id or code>', 'this coin alone (default: all)')
    .option('--days <count>', 'test so many days, up to the newest stored hour', days, 365)
    .option('--refit-hours <hours>', 'train the model again so often', whole, 24)
    .option('--json', 'print JSON')
    .action(async (options) => {
      setExitCode(await (await load()).backtest(options))
    })
}

function addScheduleCommands(program: CommandUnknownOpts): void {
  const schedules = program.command('schedules').description('the schedules of all pipelines')
  const action = async () => import('./schedules.ts')
  add(schedules, 'list', 'when each pipeline runs', ['npx almanac schedules list --json'])
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await action()).list(options)
    })
  add(schedules, 'apply', "make the server agree with almanac.yaml; keeps an operator's pause", [
    'npx almanac schedules apply',
  ])
    .option('--json', 'print JSON')
    .action(async (options) => {
      await (await action()).apply(options)
    })
  for (const verb of ['pause', 'resume', 'trigger', 'remove'] as const) {
    const meaning = {
      pause: 'stop starting runs until resumed',
      resume: 'start runs again',
      trigger: 'let the schedule start a run now (skipped while one runs)',
      remove: 'delete the schedule from the server; "schedules apply" makes it again',
    }[verb]
    add(schedules, `${verb} <pipeline>`, meaning, [`npx almanac schedules ${verb} mod-stats`])
      .option('--json', 'print JSON')
      .action(async (pipeline: string, options) => {
        await (await action())[verb](pipeline, options)
      })
  }
}

function addDatabaseCommands(program: CommandUnknownOpts): void {
  const db = program.command('db').description('the database')
  const load = async () => import('./db.ts')
  add(db, 'migrate', 'bring the tables to this version', ['npx almanac db migrate']).action(
    async (options) => {
      await (await load()).migrate(options)
    },
  )
  add(db, 'check', 'say whether the database answers and is migrated', ['npx almanac db check']).action(
    async (options) => {
      await (await load()).check(options)
    },
  )
  add(db, 'url', 'print the connection string, with its password, for psql and other programs', [
    'psql "$(npx almanac db url)"',
  ]).action(async (options) => {
    ;(await load()).url(options)
  })
}

function addMachineCommands(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  add(program, 'doctor', 'check every requirement, and say what to do about what is missing', [
    'npx almanac doctor',
    'npx almanac doctor --demo --json',
  ])
    .option('--json', 'print JSON')
    .action(async (options) => {
      setExitCode(await (await import('./doctor.ts')).doctor(options))
    })
  const service = program.command('service').description('Almanac as a service of systemd (Linux)')
  add(service, 'install', 'print a systemd unit for the whole stack, or write it', [
    'npx almanac service install',
    'npx almanac service install --write',
  ])
    .option('--write', 'write the unit where systemd looks for it')
    .action(async (options) => {
      ;(await import('./service.ts')).install(options)
    })
}

function addImportCommand(program: CommandUnknownOpts, setExitCode: SetExitCode): void {
  add(
    program,
    'import <pipeline> <files...>',
    'take over the history of an older collector: its tables dumped as CSV, its own files, candles from Binance',
    [
      'psql "$OLD_DATABASE" -c "\\copy daily_stats to daily_stats.csv csv header"',
      'npx almanac import mod-stats daily_stats.csv version_stats.csv modpack_stats.csv',
      'npx almanac import mod-stats data/curseforge_modpacks.csv --date 2025-07-31 --mod createnuclear',
      'npx almanac import crypto-forecast crypto_prices.csv fear_greed_index.csv predictions.csv',
      'npx almanac import crypto-forecast bitcoin_features.csv BTCUSDT-1h-2026-01.csv',
    ],
  )
    .option(
      '--mod <slug or id>',
      'mod-stats: the mod that the rows belong to (default: the only one tracked)',
    )
    .option(
      '--date <day>',
      'mod-stats: the day of the downloads in curseforge_modpacks.csv, which names none',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
A repeated import changes nothing, and a row that was collected on a day outranks an imported one of that day.
CurseForge totals of the old collector cover a mod's first 50 files only; they are kept as they are.
A dump of version_stats names no version ids: import it again after the first run, to join its rows with collected ones.
Old prices of crypto-forecast mix days and moments and stay apart from the hourly grid; hourly candles from
https://data.binance.vision (BTCUSDT-1h-….csv, unpacked) enter it, and the next run computes from them.`,
    )
    .action(async (pipeline: string, files: string[], options) => {
      setExitCode(await (await import('./import.ts')).importFiles(pipeline, files, options))
    })
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number.')
  return Number(text)
}

/** As long as `history_days` may be. */
const MOST_DAYS = 3_650

function days(text: string): number {
  const count = whole(text)
  if (count < 1 || count > MOST_DAYS) {
    throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST_DAYS}.`)
  }
  return count
}

function list(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
